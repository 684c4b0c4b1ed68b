package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What is known of the machine that the daemon runs on. Immutable.
 *
 * @param arch such as {@code x86_64} or {@code aarch64}
 * @param os in lower case, such as {@code linux}
 * @param cores that the daemon may use
 * @param memoryBytes of the whole machine; 0 where it is not known
 * @param gpus what is built in; empty where nothing was found
 */
public record Machine(String arch, String os, int cores, long memoryBytes, List<Gpu> gpus) {
  public Machine {
    requireNonNull(arch, "arch");
    requireNonNull(os, "os");
    gpus = List.copyOf(gpus);
  }

  /**
   * One accelerator.
   *
   * @param memoryBytes 0 where it is not known
   */
  public record Gpu(String name, long memoryBytes) {
    public Gpu {
      requireNonNull(name, "name");
    }
  }

  /** The name that is used here for what Java calls an architecture. */
  static String arch(String java) {
    return switch (java) {
      case "amd64", "x86_64" -> "x86_64";
      case "arm64", "aarch64" -> "aarch64";
      default -> java;
    };
  }
}
