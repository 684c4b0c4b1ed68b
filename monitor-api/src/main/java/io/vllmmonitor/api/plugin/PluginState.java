package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.extension.Incubating;

/** What a plugin can say about its saved state. Thread-safe. */
@Incubating(review = "2027-03-01")
public interface PluginState {
  /**
   * Asks that {@link io.vllmmonitor.api.extension.Extension#saveState} of this set of instances be
   * called soon, at the next scrape of the target or within about a second, rather than within 30
   * s. For state that would hurt to lose; asking at every call costs a write each time. Returns at
   * once.
   *
   * @throws IllegalStateException after the plugin was unloaded
   */
  void saveSoon();
}
