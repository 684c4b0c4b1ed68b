package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.target.Target;
import java.util.Locale;

/** Asks for {@code /metrics} and says what came instead where it is no exposition page. */
final class MetricsPage {
  private static final int LARGEST = 16 << 20;

  private MetricsPage() {}

  static HttpAnswer fetch(HttpService http, Target target, CollectScope scope) {
    HttpAnswer answer = answerOf(http, scope);
    check(answer, target);
    return answer;
  }

  /** The answer, whatever it is. The header pins the plain text dialect. */
  static HttpAnswer answerOf(HttpService http, CollectScope scope) {
    return http.send(
        HttpCall.get("/metrics", scope.remaining())
            .withHeader("Accept", "text/plain")
            .withMaxBytes(LARGEST));
  }

  static boolean isOpenMetrics(HttpAnswer answer) {
    return answer.contentType().toLowerCase(Locale.ROOT).startsWith("application/openmetrics-text");
  }

  /**
   * @throws MonitorException TARGET_HTTP_STATUS or TARGET_NOT_METRICS when this is no page to read
   */
  static void check(HttpAnswer answer, Target target) {
    String url = target.url() + "/metrics";
    if (!answer.isSuccess()) {
      throw refused(
          ErrorCode.TARGET_HTTP_STATUS,
          url + " answered HTTP " + answer.status() + "; expected 200" + advice(answer.status()));
    }
    String type = answer.contentType().toLowerCase(Locale.ROOT);
    boolean readable = type.isEmpty() || type.startsWith("text/plain") || isOpenMetrics(answer);
    char first = first(answer.body());
    if (!readable || first == '<' || first == '{' || first == '[' || first == 0) {
      throw refused(
          ErrorCode.TARGET_NOT_METRICS,
          url
              + " answered "
              + (first == 0 ? "an empty page" : "content of type '" + answer.contentType() + "'")
              + (first == '<' ? " that looks like a web page" : "")
              + "; expected Prometheus text. Give the base URL of a vLLM server, such as"
              + " http://host:8000");
    }
  }

  private static String advice(int status) {
    return switch (status) {
      case 401, 403 -> "; give the target a bearer token";
      case 404 -> "; is this the base URL of a vLLM server?";
      default -> "";
    };
  }

  /** The first character that is not white space; 0 when there is none. */
  private static char first(byte[] body) {
    for (byte c : body) {
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
        return (char) (c & 0xff);
      }
    }
    return 0;
  }

  private static MonitorException refused(ErrorCode code, String message) {
    return new MonitorException(code, Blame.ENVIRONMENT, message);
  }
}
