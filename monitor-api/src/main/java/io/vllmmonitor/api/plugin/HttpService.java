package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.extension.Incubating;

/**
 * HTTP to one server and nowhere else, the target of the plugin or one that the operator allowed:
 * HTTP/1.1, one deadline for the whole exchange, caps on size, one redirect at most on the same
 * server, no retries, never a link-local address. Thread-safe.
 */
@Incubating(review = "2027-03-01")
public interface HttpService {
  /**
   * Sends and waits for the whole answer. Not from {@code check} or {@code predict}, which run on
   * the target's thread and must not wait.
   *
   * @throws io.vllmmonitor.api.error.MonitorException TARGET_UNREACHABLE when nobody listens or no
   *     way leads there, so that nothing was sent; TARGET_TIMEOUT when the deadline passed (it may
   *     have arrived), TARGET_ANSWER_TOO_LARGE, TARGET_ADDRESS_DENIED, TARGET_REDIRECT_REFUSED
   * @throws IllegalStateException after the plugin was unloaded
   */
  HttpAnswer send(HttpCall call);
}
