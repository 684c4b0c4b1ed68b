package io.vllmmonitor.core.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was given on the command line; null and empty mean "not given". Immutable.
 *
 * @param targets addresses as written
 * @param config the file to read; null reads {@code monitor.yaml} in the data directory, where it
 *     exists
 */
public record ConfigFlags(
    List<String> targets, @Nullable Path data, @Nullable String listen, @Nullable Path config) {
  public ConfigFlags {
    targets = List.copyOf(targets);
  }

  /** Nothing was given. */
  public static ConfigFlags none() {
    return new ConfigFlags(List.of(), null, null, null);
  }
}
