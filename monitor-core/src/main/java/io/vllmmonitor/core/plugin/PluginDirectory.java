package io.vllmmonitor.core.plugin;

import io.vllmmonitor.core.jar.Approval;
import java.util.List;

/** The units of code of the daemon, for whoever shows or commands them. Thread-safe. */
public interface PluginDirectory {
  /**
   * All units, bundled ones included, sorted by id; without those that never ran and whose file is
   * gone.
   */
  List<PluginSummary> plugins();

  /**
   * Stops a unit for good; it stays stopped over restarts until it is enabled.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_NOT_FOUND, naming the nearest known id
   */
  PluginSummary disable(String unit);

  /**
   * Starts a unit that does not run, whatever stopped it, from the stored bytes where its file is
   * gone. Does nothing to one that runs.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_NOT_FOUND, naming the nearest known
   *     id; otherwise the code of what keeps it from running
   */
  PluginSummary enable(String unit);

  /**
   * Gives the operator's word for what waits for it: a jar with a new key or without a signature,
   * which starts soon after; or content in quarantine, which runs again in place of what runs.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_NOT_FOUND; PLUGIN_QUARANTINED where
   *     nothing of the unit waits or is in quarantine; otherwise the code of what keeps it from
   *     running
   */
  Approval approve(String unit);

  /**
   * Puts the previous good generation in the place of the one that runs, with the state that it
   * had. The content that goes does not come back by itself.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_NOT_FOUND;
   *     PLUGIN_NO_EARLIER_GENERATION; otherwise the code of what keeps the earlier one from
   *     running, and then everything is as before
   */
  PluginSummary rollback(String unit);

  /**
   * Where a unit stands, why, and what would bring it back.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_NOT_FOUND, naming the nearest known id
   */
  PluginStory why(String unit);
}
