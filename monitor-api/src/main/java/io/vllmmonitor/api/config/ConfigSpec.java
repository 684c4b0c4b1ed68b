package io.vllmmonitor.api.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * The configuration keys that an extension understands, with defaults and meaning. The monitor
 * refuses a key that is not listed and names the nearest one that is. Immutable.
 *
 * @param keys in the order in which documentation shows them; empty means "takes no configuration"
 */
public record ConfigSpec(List<Key> keys) {
  private static final ConfigSpec NONE = new ConfigSpec(List.of());

  public ConfigSpec {
    keys = List.copyOf(keys);
  }

  /** For an extension without configuration. */
  public static ConfigSpec none() {
    return NONE;
  }

  /** A specification of these keys. */
  public static ConfigSpec of(Key... keys) {
    return new ConfigSpec(List.of(keys));
  }

  /** The key with this name, if it is listed. */
  public Optional<Key> key(String name) {
    return keys.stream().filter(key -> key.name().equals(name)).findFirst();
  }

  /**
   * One key.
   *
   * @param name in snake case
   * @param defaultValue as a person would write it in {@code monitor.yaml}
   * @param description one sentence, with the unit
   */
  public record Key(String name, String defaultValue, String description) {
    public Key {
      requireNonNull(name, "name");
      requireNonNull(defaultValue, "defaultValue");
      requireNonNull(description, "description");
    }
  }
}
