package io.vllmmonitor.benchmarks.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The samples of an answer.
 *
 * @param series by their label {@code id}; then by time in ms since 1970
 */
public record Answer(NavigableMap<String, NavigableMap<Long, Double>> series) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads what the Prometheus HTTP API answers: a vector or a matrix. */
  public static Answer parse(byte[] json) throws IOException {
    NavigableMap<String, NavigableMap<Long, Double>> series = new TreeMap<>();
    for (JsonNode result : JSON.readTree(json).path("data").path("result")) {
      NavigableMap<Long, Double> samples = new TreeMap<>();
      if (result.has("value")) {
        add(samples, result.path("value"));
      }
      result.path("values").forEach(sample -> add(samples, sample));
      String id = result.path("metric").path("id").asText();
      if (series.put(id, samples) != null) {
        throw new IOException("Two series of the answer have the id '" + id + "'");
      }
    }
    return new Answer(series);
  }

  private static void add(NavigableMap<Long, Double> samples, JsonNode sample) {
    String text = sample.path(1).asText();
    double value =
        switch (text) {
          case "+Inf" -> Double.POSITIVE_INFINITY;
          case "-Inf" -> Double.NEGATIVE_INFINITY;
          default -> Double.parseDouble(text);
        };
    samples.put(Math.round(sample.path(0).asDouble() * 1000), value);
  }

  /** How many samples there are. */
  public int size() {
    return series.values().stream().mapToInt(NavigableMap::size).sum();
  }

  /**
   * Compares with what is right.
   *
   * @return the largest relative difference of a value; infinite when a sample is missing or too
   *     many, or when it lies at another time
   */
  public double differenceFrom(Answer right) {
    if (!series.keySet().equals(right.series.keySet())) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (var expected : right.series.entrySet()) {
      NavigableMap<Long, Double> found = series.getOrDefault(expected.getKey(), new TreeMap<>());
      if (!found.keySet().equals(expected.getValue().keySet())) {
        return Double.POSITIVE_INFINITY;
      }
      for (var sample : expected.getValue().entrySet()) {
        double value = found.getOrDefault(sample.getKey(), Double.NaN);
        largest = Math.max(largest, difference(value, sample.getValue()));
      }
    }
    return largest;
  }

  private static double difference(double a, double b) {
    if (Double.compare(a, b) == 0 || a == b) {
      return 0;
    }
    double difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }
}
