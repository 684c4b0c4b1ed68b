package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.extension.Incubating;

/**
 * The secrets that the plugin's configuration refers to. Ask at every use, so that a rotated secret
 * is picked up, and neither keep nor log what you get. Thread-safe; may read a small file.
 */
@Incubating(review = "2027-03-01")
public interface Secrets {
  /**
   * The secret behind a key, whose value is a reference such as {@code env:NAME} or {@code
   * file:/path}.
   *
   * @param key of the plugin's section, such as {@code token}
   * @return visible ASCII, never empty
   * @throws io.vllmmonitor.api.error.MonitorException CONFIG_INVALID_VALUE when the operator did
   *     not set the key or its value is no reference; SECRET_UNAVAILABLE when nothing usable is
   *     where the reference points
   * @throws IllegalStateException after the plugin was unloaded
   */
  String secret(String key);
}
