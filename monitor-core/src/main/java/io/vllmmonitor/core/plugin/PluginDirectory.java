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
   * Lets a jar in that waits for the operator's word: a new key, or content without a signature. It
   * starts soon after.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_NOT_FOUND where none of that id waits
   */
  Approval approve(String unit);
}
