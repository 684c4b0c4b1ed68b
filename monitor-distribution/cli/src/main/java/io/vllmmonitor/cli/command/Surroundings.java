package io.vllmmonitor.cli.command;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.daemon.boot.Daemon;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the command finds around it. Immutable.
 *
 * @param environment the variables of the process
 * @param home the user's home directory
 * @param out for answers
 * @param err for everything else
 * @param zone in which times are printed
 * @param patience how long {@code stop} waits for the daemon to be gone
 * @param startup how long a daemon that is still starting is waited for
 * @param daemon what {@code up} runs; empty when this build holds none
 */
record Surroundings(
    Map<String, String> environment,
    Path home,
    PrintWriter out,
    PrintWriter err,
    ZoneId zone,
    Duration patience,
    Duration startup,
    Supplier<Optional<Daemon>> daemon) {
  Surroundings {
    environment = Map.copyOf(environment);
    requireNonNull(home, "home");
    requireNonNull(out, "out");
    requireNonNull(err, "err");
    requireNonNull(zone, "zone");
    requireNonNull(patience, "patience");
    requireNonNull(startup, "startup");
    requireNonNull(daemon, "daemon");
  }
}
