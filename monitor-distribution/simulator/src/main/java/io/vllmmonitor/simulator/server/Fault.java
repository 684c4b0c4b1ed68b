package io.vllmmonitor.simulator.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can be made to go wrong. The wire name is the constant in lower case. */
public enum Fault {
  /** More requests arrive than before. */
  TRAFFIC_SURGE,
  /** A burst of long requests fills the KV memory; the engine preempts and recomputes in a loop. */
  KV_EXHAUSTION,
  /** Look-ups in the prefix cache find nothing any more. */
  PREFIX_CACHE_COLLAPSE,
  /** The worker stops working; health stays 200, gauges freeze, clients pile up. */
  WORKER_HANG,
  /**
   * The engine core dies: health 503 and a frozen page for five seconds, then the port is refused.
   */
  ENGINE_CORE_KILLED,
  /** The worker dies: the port is refused at once, without a 503 before. */
  WORKER_KILLED,
  /** The server restarts: the port is refused for a moment, then counters begin at 0. */
  RESTART;

  /** The name used in HTTP and on the command line. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * True for faults that end the process: they are over at once and cannot be cleared, only
   * restarted from.
   */
  public boolean kills() {
    return this == ENGINE_CORE_KILLED || this == WORKER_KILLED || this == RESTART;
  }

  /**
   * The fault of that wire name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public static Fault named(String name) {
    return Arrays.stream(values())
        .filter(f -> f.wireName().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown fault '%s'; known are %s"
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(Fault::wireName)
                                .collect(Collectors.joining(", ")))));
  }
}
