package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.source.CollectScope;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The small requests beside {@code /metrics} of one scrape. Each may fail without failing the
 * scrape: its answer is null then, and the signal stays unknown. After the first lost answer, or
 * when the scrape's time is nearly over, nothing more is asked. Made for one scrape.
 */
final class SideQuestions {
  private static final Duration LEAST = Duration.ofMillis(50);
  private static final int SMALL = 64 * 1024;

  private final HttpService http;
  private final CollectScope scope;
  private final System.Logger log;
  private boolean over;

  SideQuestions(HttpService http, CollectScope scope, System.Logger log) {
    this.http = http;
    this.scope = scope;
    this.log = log;
  }

  /** Whether no more answers are to be expected within this scrape. */
  boolean over() {
    return over || scope.remaining().compareTo(LEAST) < 0;
  }

  @Nullable HttpAnswer get(String path) {
    return ask("GET", path, Duration.ofSeconds(1), SMALL);
  }

  /** The object that a GET answers with; empty when there was none. */
  Map<String, @Nullable Object> getObject(String path) {
    HttpAnswer answer = get(path);
    return answer == null || !answer.isSuccess() ? Map.of() : Json.object(answer.text());
  }

  /**
   * @param longest the most time to spend; what is left of the scrape counts when it is less
   */
  @Nullable HttpAnswer ask(String method, String path, Duration longest, int maxBytes) {
    if (over()) {
      return null;
    }
    Duration left = scope.remaining().minusMillis(20);
    Duration deadline = left.compareTo(longest) < 0 ? left : longest;
    try {
      return http.send(new HttpCall(method, path, Map.of(), null, deadline, maxBytes));
    } catch (MonitorException e) {
      over = e.code() == ErrorCode.TARGET_TIMEOUT || e.code() == ErrorCode.TARGET_UNREACHABLE;
      log.log(System.Logger.Level.DEBUG, () -> method + " " + path + ": " + e.describe());
      return null;
    }
  }
}
