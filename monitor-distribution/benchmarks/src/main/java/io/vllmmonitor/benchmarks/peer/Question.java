package io.vllmmonitor.benchmarks.peer;

import java.time.Duration;

/**
 * A query of the Prometheus HTTP API.
 *
 * @param expression in PromQL
 * @param start of a range query, in ms since 1970; of an instant query the same as the end
 * @param end in ms since 1970
 * @param step zero for an instant query
 */
public record Question(String expression, long start, long end, Duration step) {
  /** A query about one moment. */
  public static Question at(String expression, long moment) {
    return new Question(expression, moment, moment, Duration.ZERO);
  }

  String path() {
    String query = "query=" + Http.encode(expression);
    return step.isZero()
        ? "/query?" + query + "&time=" + seconds(end)
        : "/query_range?"
            + query
            + "&start="
            + seconds(start)
            + "&end="
            + seconds(end)
            + "&step="
            + step.toSeconds();
  }

  private static String seconds(long millis) {
    return "%d.%03d".formatted(millis / 1000, millis % 1000);
  }
}
