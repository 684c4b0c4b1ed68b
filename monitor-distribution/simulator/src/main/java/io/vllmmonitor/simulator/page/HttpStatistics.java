package io.vllmmonitor.simulator.page;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.simulator.engine.Histogram;
import io.vllmmonitor.simulator.engine.HistogramSnapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * What the HTTP instrumentation of a server counts: each request when its answer is complete.
 * Thread safe. Families without a label appear from the start, the others with their first request.
 */
public final class HttpStatistics {
  private final DoubleSupplier epochSeconds;
  private final double createdAt;
  private final Map<String, Count> requests = new LinkedHashMap<>();
  private final Map<String, Size> requestSizes = new LinkedHashMap<>();
  private final Map<String, Size> responseSizes = new LinkedHashMap<>();
  private final Map<String, Duration> durations = new LinkedHashMap<>();
  private final Histogram allDurations =
      new Histogram(
          .01, .025, .05, .075, .1, .25, .5, .75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30,
          60);

  /**
   * Statistics of a server that starts now.
   *
   * @param epochSeconds the time in seconds since the Unix epoch
   */
  public HttpStatistics(DoubleSupplier epochSeconds) {
    this.epochSeconds = requireNonNull(epochSeconds, "epochSeconds");
    this.createdAt = epochSeconds.getAsDouble();
  }

  /**
   * Counts one complete request.
   *
   * @param handler the route, {@code none} for an unknown path
   * @param method the HTTP method
   * @param status the status code that was sent
   * @param requestBytes Content-Length of the request, 0 if it had none
   * @param responseBytes Content-Length of the response, 0 if it had none
   * @param seconds how long it took
   */
  public synchronized void record(
      String handler,
      String method,
      int status,
      long requestBytes,
      long responseBytes,
      double seconds) {
    double now = epochSeconds.getAsDouble();
    String grouped = (status / 100) + "xx";
    String request =
        "{handler=\"%s\",method=\"%s\",status=\"%s\"}".formatted(handler, method, grouped);
    requests.computeIfAbsent(request, k -> new Count(now)).value++;
    String byHandler = "{handler=\"%s\"}".formatted(handler);
    requestSizes.computeIfAbsent(byHandler, k -> new Size(now)).add(requestBytes);
    responseSizes.computeIfAbsent(byHandler, k -> new Size(now)).add(responseBytes);
    allDurations.add(seconds);
    durations
        .computeIfAbsent(handler + "\n" + method, k -> new Duration(handler, method, now))
        .histogram
        .add(seconds);
  }

  synchronized void appendTo(PageText out) {
    appendRequests(out);
    appendSizes(
        out,
        "http_request_size_bytes",
        "Content length of incoming requests by handler. Only value of header is respected. Otherwise ignored. No"
            + " percentile calculated. ",
        requestSizes);
    appendSizes(
        out,
        "http_response_size_bytes",
        "Content length of outgoing responses by handler. Only value of header is respected. Otherwise ignored. No"
            + " percentile calculated. ",
        responseSizes);
    appendDurations(out);
  }

  private void appendRequests(PageText out) {
    String help = "Total number of requests by method, status and handler.";
    out.family("http_requests_total", help, "counter");
    requests.forEach((labels, count) -> out.sample("http_requests_total" + labels, count.value));
    if (!requests.isEmpty()) {
      out.family("http_requests_created", help, "gauge");
      requests.forEach(
          (labels, count) -> out.sample("http_requests_created" + labels, count.createdAt));
    }
  }

  private static void appendSizes(PageText out, String name, String help, Map<String, Size> sizes) {
    out.family(name, help, "summary");
    sizes.forEach(
        (labels, size) -> {
          out.sample(name + "_count" + labels, size.count);
          out.sample(name + "_sum" + labels, size.sum);
        });
    if (!sizes.isEmpty()) {
      out.family(name + "_created", help, "gauge");
      sizes.forEach((labels, size) -> out.sample(name + "_created" + labels, size.createdAt));
    }
  }

  private void appendDurations(PageText out) {
    String fine = "http_request_duration_highr_seconds";
    String fineHelp =
        "Latency with many buckets but no API specific labels. Made for more accurate percentile calculations. ";
    out.family(fine, fineHelp, "histogram");
    out.histogram(fine, "", "", allDurations.snapshot());
    out.family(fine + "_created", fineHelp, "gauge");
    out.sample(fine + "_created", createdAt);
    String coarse = "http_request_duration_seconds";
    String coarseHelp =
        "Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ";
    out.family(coarse, coarseHelp, "histogram");
    for (Duration d : durations.values()) {
      out.histogram(coarse, d.before(), d.after(), d.snapshot());
    }
    if (!durations.isEmpty()) {
      out.family(coarse + "_created", coarseHelp, "gauge");
      durations
          .values()
          .forEach(
              d ->
                  out.sample(
                      coarse + "_created{" + d.before() + "," + d.after() + "}", d.createdAt));
    }
  }

  private static final class Count {
    private final double createdAt;
    private double value;

    Count(double createdAt) {
      this.createdAt = createdAt;
    }
  }

  private static final class Size {
    private final double createdAt;
    private double count;
    private double sum;

    Size(double createdAt) {
      this.createdAt = createdAt;
    }

    void add(long bytes) {
      count++;
      sum += bytes;
    }
  }

  private static final class Duration {
    private final String handler;
    private final String method;
    private final double createdAt;
    private final Histogram histogram = new Histogram(.1, .5, 1);

    Duration(String handler, String method, double createdAt) {
      this.handler = handler;
      this.method = method;
      this.createdAt = createdAt;
    }

    String before() {
      return "handler=\"" + handler + "\"";
    }

    String after() {
      return "method=\"" + method + "\"";
    }

    HistogramSnapshot snapshot() {
      return histogram.snapshot();
    }
  }
}
