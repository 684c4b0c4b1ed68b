package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.SeriesKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** The reading half of the Prometheus HTTP API, in its own shapes of success and failure. */
final class PrometheusApi {
  /** The release whose reading API this one is compatible with; clients choose calls by it. */
  private static final String COMPATIBLE_WITH = "2.42.0";

  private static final String MATCH = "match[]";

  // Samples may lie ahead of the clock by some minutes.
  private static final Duration AHEAD = Duration.ofHours(1);

  private final PrometheusReads reads;
  private final MetricCatalog catalog;
  private final String version;

  PrometheusApi(PrometheusReads reads, MetricCatalog catalog, String version) {
    this.reads = reads;
    this.catalog = catalog;
    this.version = version;
  }

  byte[] query(Parameters parameters) {
    String expression = parameters.required("query", "vllm:num_requests_running");
    return reads.query(expression, parameters.prometheusTime("time", parameters.now()));
  }

  byte[] queryRange(Parameters parameters) {
    String expression = parameters.required("query", "vllm:num_requests_running");
    parameters.required("start", "1700000000");
    parameters.required("end", "1700003600");
    Instant start = parameters.prometheusTime("start", parameters.now());
    Instant end = parameters.prometheusTime("end", parameters.now());
    if (end.isBefore(start)) {
      throw Parameters.wrong("end", Text.time(end), "a time not before 'start'");
    }
    return reads.queryRange(expression, start, end, parameters.prometheusDuration("step"));
  }

  Object series(Parameters parameters) {
    parameters.required(MATCH, "vllm:num_requests_running");
    ObjectNode answer = success();
    ArrayNode data = answer.putArray("data");
    List<SeriesKey> found = reads.series(parameters.all(MATCH), from(parameters), to(parameters));
    for (SeriesKey key : limited(found, parameters)) {
      ObjectNode labels = data.addObject();
      labels.put("__name__", key.name());
      key.labels().forEach(labels::put);
    }
    return answer;
  }

  Object labels(Parameters parameters) {
    return strings(
        limited(reads.labels(parameters.all(MATCH), from(parameters), to(parameters)), parameters));
  }

  Object labelValues(Parameters parameters, String label) {
    return strings(
        limited(
            reads.labelValues(label, parameters.all(MATCH), from(parameters), to(parameters)),
            parameters));
  }

  Object metadata(Parameters parameters) {
    String only = parameters.text("metric");
    ObjectNode answer = success();
    ObjectNode data = answer.putObject("data");
    TreeMap<String, MetricSpec> byName = new TreeMap<>();
    for (MetricSpec spec : catalog.families()) {
      spec.aliases().forEach(alias -> byName.putIfAbsent(alias, spec));
      byName.put(spec.name(), spec);
    }
    byName.keySet().removeIf(name -> only != null && !name.equals(only));
    for (var named : limited(byName.entrySet(), parameters)) {
      ObjectNode meaning = data.putArray(named.getKey()).addObject();
      meaning.put("type", named.getValue().kind().name().toLowerCase(Locale.ROOT));
      meaning.put("help", named.getValue().help());
      meaning.put("unit", named.getValue().unit());
    }
    return answer;
  }

  Object buildInfo() {
    ObjectNode answer = success();
    ObjectNode data = answer.putObject("data");
    data.put("version", COMPATIBLE_WITH);
    data.put("revision", version);
    data.put("branch", "vllm-monitor");
    data.put("buildUser", "");
    data.put("buildDate", "");
    data.put("goVersion", "");
    return answer;
  }

  /** A failure in Prometheus' shape. */
  static byte[] failure(int status, ErrorCode code, String detail) {
    ObjectNode answer = WebJson.object();
    answer.put("status", "error");
    answer.put("errorType", errorType(status, code));
    answer.put("error", code.label() + " " + code + ": " + detail);
    return WebJson.bytes(answer);
  }

  private static String errorType(int status, ErrorCode code) {
    if (code == ErrorCode.QUERY_TIMEOUT) {
      return "timeout";
    }
    return switch (status) {
      case 404 -> "not_found";
      case 422 -> "execution";
      case 503 -> "unavailable";
      default -> status >= 500 ? "internal" : "bad_data";
    };
  }

  private static Instant from(Parameters parameters) {
    return parameters.prometheusTime("start", Instant.EPOCH);
  }

  private static Instant to(Parameters parameters) {
    return parameters.prometheusTime("end", parameters.now().plus(AHEAD));
  }

  private static <T> List<T> limited(Collection<T> items, Parameters parameters) {
    // Prometheus spells "no limit" as 0.
    String limit = parameters.text("limit");
    boolean all = limit == null || limit.strip().equals("0");
    return items.stream()
        .limit(all ? Long.MAX_VALUE : parameters.limit(1, Integer.MAX_VALUE))
        .toList();
  }

  private static ObjectNode strings(List<String> values) {
    ObjectNode answer = success();
    ArrayNode data = answer.putArray("data");
    values.forEach(data::add);
    return answer;
  }

  private static ObjectNode success() {
    return WebJson.object().put("status", "success");
  }
}
