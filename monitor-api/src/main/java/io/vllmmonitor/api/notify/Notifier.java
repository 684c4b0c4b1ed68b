package io.vllmmonitor.api.notify;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;

/**
 * Tells people, or a system that does. One instance per daemon; called from a thread of its own,
 * one call at a time, after what it tells was stored. At most 1,000 notifications wait for one
 * notifier; beyond that the oldest is dropped and counted.
 */
@Incubating(review = "2027-03-01")
public interface Notifier extends Extension {
  /**
   * Sends one notification, within 30 s.
   *
   * @throws RuntimeException when it could not be sent; it is tried again twice, then dropped and
   *     counted
   */
  void send(Notification notification);
}
