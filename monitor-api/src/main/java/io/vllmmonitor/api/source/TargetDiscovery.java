package io.vllmmonitor.api.source;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;
import java.net.URI;
import java.util.List;

/**
 * Looks for servers on this machine when no target is configured. One instance per daemon; called
 * from one thread, again and again until something is found. What it names is confirmed by {@link
 * MetricsSource#probe} before it is watched.
 */
@Incubating(review = "2027-03-01")
public interface TargetDiscovery extends Extension {
  /**
   * Base URLs that may be servers, the likeliest first; empty when there is no sign of any. Must
   * not open connections.
   */
  List<URI> candidates();
}
