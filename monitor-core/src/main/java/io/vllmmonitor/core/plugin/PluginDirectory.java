package io.vllmmonitor.core.plugin;

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
   * Starts a disabled unit again, from the stored bytes where its file is gone.
   *
   * @throws io.vllmmonitor.api.error.MonitorException PLUGIN_NOT_FOUND, naming the nearest known id
   */
  PluginSummary enable(String unit);
}
