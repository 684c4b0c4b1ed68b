package io.vllmmonitor.api.mitigation;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.view.MetricView;

/**
 * Knows one way to answer an incident. It never acts: it plans, and later measures. One instance
 * per target; called on the target's thread, planning within 2 s.
 */
@Incubating(review = "2027-03-01")
public interface MitigationStrategy extends Extension {
  /**
   * How well this strategy fits, from 0 (not at all; it will not be asked to plan) to 1.
   *
   * @param capabilities what the target offers; answer 0 when a route that the plan needs is known
   *     to be missing
   */
  double suitability(Incident incident, MetricView view, TargetCapabilities capabilities);

  /** What to do. Asked only after a suitability above 0. */
  ActionPlan plan(Incident incident, MetricView view);

  /**
   * Measures what the plan did, at the end of the verification window.
   *
   * @param before the view at the moment before the first step, frozen
   * @param after the view at the end of the window; the window itself lies within its reach
   */
  Measurement verify(Incident incident, MetricView before, MetricView after);
}
