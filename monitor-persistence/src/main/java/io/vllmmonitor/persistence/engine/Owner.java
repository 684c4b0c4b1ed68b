package io.vllmmonitor.persistence.engine;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Who runs on a data directory, as written in its {@code daemon.json}. Immutable.
 *
 * @param pid of the process
 * @param address where it listens, such as {@code 127.0.0.1:9464}; empty while it starts
 * @param start when it took the directory
 */
public record Owner(long pid, String address, Instant start) {
  public Owner {
    requireNonNull(address, "address");
    requireNonNull(start, "start");
  }

  @Override
  public String toString() {
    String where = address.isEmpty() ? "not listening yet" : "listening on " + address;
    return "process " + pid + " (" + where + ", since " + start + ")";
  }
}
