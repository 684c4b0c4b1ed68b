package io.vllmmonitor.daemon.web;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Instant;

/** What the daemon says of itself on the status page. Immutable. */
public record DaemonInfo(String version, Path dataDirectory, long pid, Instant startedAt) {
  public DaemonInfo {
    requireNonNull(version, "version");
    requireNonNull(dataDirectory, "dataDirectory");
    requireNonNull(startedAt, "startedAt");
  }
}
