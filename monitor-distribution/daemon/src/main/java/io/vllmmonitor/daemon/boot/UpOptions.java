package io.vllmmonitor.daemon.boot;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vllm-monitor up} was told. Immutable.
 *
 * @param targets addresses as written; empty means the configured ones, or those found on this
 *     machine
 * @param demo watch a simulated server instead
 * @param data the data directory; null leaves it to the environment, the file and the default
 * @param listen {@code host:port}; null leaves it to the configuration
 * @param config the configuration file; null means the one in the data directory, where it exists
 */
public record UpOptions(
    List<String> targets,
    boolean demo,
    @Nullable Path data,
    @Nullable String listen,
    @Nullable Path config) {
  public UpOptions {
    targets = List.copyOf(targets);
  }
}
