package io.vllmmonitor.api.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One section of the configuration, read-only: keys in snake case and values as text, read with a
 * type and a default. Immutable and thread-safe. A value of the wrong type is an error that names
 * the key, never a silent default.
 */
public final class Settings {
  private static final Settings EMPTY = new Settings(Map.of());

  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /** A section without keys: every question answers the default. */
  public static Settings empty() {
    return EMPTY;
  }

  /** A section of these keys and values, copied. */
  public static Settings of(Map<String, String> values) {
    return new Settings(values);
  }

  /** The keys that are set, in no order. */
  public Set<String> keys() {
    return values.keySet();
  }

  /** These settings with the other's values in place of ours where both have the key. */
  public Settings overlaidWith(Settings other) {
    Map<String, String> merged = new TreeMap<>(values);
    merged.putAll(other.values);
    return new Settings(merged);
  }

  /** The text as it was written. */
  public String string(String key, String fallback) {
    return values.getOrDefault(key, fallback);
  }

  /** A whole number. */
  public long integer(String key, long fallback) {
    String text = values.get(key);
    if (text == null) {
      return fallback;
    }
    try {
      return Long.parseLong(text.trim());
    } catch (NumberFormatException e) {
      throw wrong(key, text, "a whole number", e);
    }
  }

  /** A finite number. */
  public double number(String key, double fallback) {
    String text = values.get(key);
    if (text == null) {
      return fallback;
    }
    try {
      double number = Double.parseDouble(text.trim());
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(key, text, "a number", e);
    }
    throw wrong(key, text, "a finite number", null);
  }

  /** True or false, nothing else. */
  public boolean flag(String key, boolean fallback) {
    String text = values.get(key);
    if (text == null) {
      return fallback;
    }
    return switch (text.trim()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(key, text, "true or false", null);
    };
  }

  /** A duration as {@link Durations#parse} reads it. */
  public Duration duration(String key, Duration fallback) {
    String text = values.get(key);
    if (text == null) {
      return fallback;
    }
    try {
      return Durations.parse(text);
    } catch (MonitorException e) {
      throw wrong(key, text, "a duration such as 5s or 2m", e);
    }
  }

  /** A number of bytes as {@link Sizes#parse} reads it. */
  public long size(String key, long fallback) {
    String text = values.get(key);
    if (text == null) {
      return fallback;
    }
    try {
      return Sizes.parse(text);
    } catch (MonitorException e) {
      throw wrong(key, text, "a size such as 64MiB or 20GB", e);
    }
  }

  private static MonitorException wrong(
      String key, String found, String expected, @Nullable Throwable cause) {
    return new MonitorException(
        CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "Configuration key '" + key + "' is '" + found + "'; expected " + expected,
        cause);
  }
}
