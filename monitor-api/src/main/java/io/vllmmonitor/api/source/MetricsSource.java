package io.vllmmonitor.api.source;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.target.Target;
import java.util.List;

/**
 * Turns a target into samples and signals. One instance per target; called from a pool thread, one
 * call at a time, once per scrape interval. A missed tick is skipped, never caught up.
 */
@Incubating(review = "2027-03-01")
public interface MetricsSource extends Extension {
  /** The families it knows, with their older names. Asked once after construction. */
  List<MetricSpec> metrics();

  /**
   * Whether this source can watch a server at all: asks the server, within the scope's time. Used
   * by discovery and at start.
   *
   * @throws io.vllmmonitor.api.error.MonitorException says what is there instead, such as
   *     TARGET_NOT_VLLM
   */
  void probe(Target target, CollectScope scope);

  /**
   * Collects once. Everything given to the sink is stored under the scope's instant, or nothing
   * when this throws.
   *
   * @throws io.vllmmonitor.api.error.MonitorException when the target did not answer with metrics;
   *     {@code up} becomes 0
   */
  void collect(Target target, SampleSink sink, CollectScope scope);
}
