package io.vllmmonitor.core.view;

import io.vllmmonitor.api.view.MetricView;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A view that remembers what was asked of it. Confined to the thread that evaluates. */
public interface RecordingView extends MetricView {
  /**
   * The questions that had no answer and mark the evaluation, in the order in which they were
   * asked; empty when none.
   */
  List<String> missing();

  /**
   * The answers that were given, by question such as {@code rate(vllm:num_preemptions_total, 30s)};
   * at most 50.
   */
  Map<String, Double> evidence();

  /** The oldest scrape that can be seen; {@link #now} when there is none. */
  Instant oldest();
}
