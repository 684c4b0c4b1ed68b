package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.target.TargetMode;

/** Raises and lowers what a unit's guardrails may lead to. Thread-safe. */
public interface GuardrailPromotion {
  /**
   * Puts the code that a unit runs onto a stage, over restarts, until it is put onto another or new
   * content comes. Its instances are made anew with the state that they have.
   *
   * @param why for the record, such as {@code promoted by the operator}
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_NOT_FOUND, naming the nearest known
   *     id, also for a unit that does not run; what keeps it from starting; the codes of the store
   */
  PluginSummary promote(String unit, Stage stage, String why);

  /** The stage of the code that a unit runs, for targets of a mode. */
  Stage stage(String unit, TargetMode mode);
}
