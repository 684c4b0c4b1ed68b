package io.vllmmonitor.api.plugin;

/**
 * HTTP to the plugin's target and nowhere else: HTTP/1.1, one deadline for the whole exchange, caps
 * on size, one redirect at most on the same server, no retries, never a link-local address.
 * Thread-safe.
 */
public interface TargetHttp {
  /**
   * Sends and waits for the whole answer.
   *
   * @throws io.vllmmonitor.api.error.MonitorException TARGET_UNREACHABLE when nobody listens or no
   *     way leads there, so that nothing was sent; TARGET_TIMEOUT when the deadline passed (it may
   *     have arrived), TARGET_ANSWER_TOO_LARGE, TARGET_ADDRESS_DENIED, TARGET_REDIRECT_REFUSED
   */
  HttpAnswer send(HttpCall call);
}
