package io.vllmmonitor.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All that was measured so far, by figure and system, and what is to be said about it. */
final class Figures {
  /** Names of the systems, as their columns. */
  static final String OURS = "vllm-monitor";

  static final String PROMETHEUS = "Prometheus";
  static final String VICTORIA = "VictoriaMetrics";
  static final String ROWS = "SQLite rows";

  private final Map<String, Map<String, Double>> values = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final Consumer<String> steps;
  private boolean wrong;

  /**
   * @param steps is told what happens, a line at a time
   */
  Figures(Consumer<String> steps) {
    this.steps = steps;
  }

  void put(String figure, String system, double value) {
    values.computeIfAbsent(figure, name -> new LinkedHashMap<>()).put(system, value);
    steps.accept("  " + figure + ", " + system + ": " + Numbers.text(value));
  }

  /** A measured value, or null when there is none. */
  @Nullable Double get(String figure, String system) {
    return values.getOrDefault(figure, Map.of()).get(system);
  }

  /** Figures in the order in which they were measured. */
  List<String> names() {
    return List.copyOf(values.keySet());
  }

  /** Says something that belongs under the table. */
  void note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
      steps.accept("  note: " + text);
    }
  }

  /** Says that an answer is not what it should be; of ours, that fails the run. */
  void complain(String system, String figure, String complaint) {
    note("the answer of " + system + " to '" + figure + "' " + complaint);
    wrong |= system.equals(OURS);
  }

  /** Whether an answer of ours was wrong. */
  boolean wrong() {
    return wrong;
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  void step(String text) {
    steps.accept(text);
  }
}
