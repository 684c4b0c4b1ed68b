package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Decides whether a server whose page has no family of vLLM's own is a vLLM all the same: one
 * started with {@code --disable-log-stats} shows only its process and HTTP families. It is when
 * {@code /version} names a version and {@code /v1/models} lists a model owned by vLLM. Asked again
 * every ten minutes. Confined to one thread.
 */
final class VllmConfirmation {
  private static final Duration VALID = Duration.ofMinutes(10);
  private static final int LARGEST = 1 << 20;

  private Instant validUntil = Instant.MIN;

  /**
   * @throws MonitorException TARGET_NOT_VLLM when it is not; what the requests throw when it cannot
   *     be told
   */
  void require(HttpService http, Target target, CollectScope scope) {
    if (scope.at().isBefore(validUntil)) {
      return;
    }
    boolean version =
        Json.object(get(http, "/version", scope).text()).get("version") instanceof String;
    HttpAnswer models = get(http, "/v1/models", scope);
    if (models.status() == 401 || models.status() == 403) {
      throw notVllm(target, "/v1/models wants a key; give the target a bearer token");
    }
    if (!version || !ownedByVllm(models.text())) {
      throw notVllm(target, "neither its metrics nor /version and /v1/models are vLLM's");
    }
    validUntil = scope.at().plus(VALID);
  }

  private static boolean ownedByVllm(String models) {
    return Json.object(models).get("data") instanceof List<?> list
        && list.stream()
            .anyMatch(
                model ->
                    Json.asObject(model).get("owned_by") instanceof String owner
                        && owner.startsWith("vllm"));
  }

  private static HttpAnswer get(HttpService http, String path, CollectScope scope) {
    Duration left = scope.remaining();
    if (left.isZero() || left.isNegative()) {
      throw new MonitorException(
          ErrorCode.TARGET_TIMEOUT,
          Blame.ENVIRONMENT,
          "No time was left to ask " + path + " whether this is a vLLM server");
    }
    return http.send(HttpCall.get(path, left).withMaxBytes(LARGEST));
  }

  private static MonitorException notVllm(Target target, String why) {
    return new MonitorException(
        ErrorCode.TARGET_NOT_VLLM,
        Blame.ENVIRONMENT,
        target.url() + "/metrics has no vllm: families: " + why);
  }
}
