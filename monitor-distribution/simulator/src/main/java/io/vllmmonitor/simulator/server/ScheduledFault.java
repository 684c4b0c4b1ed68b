package io.vllmmonitor.simulator.server;

import static java.util.Objects.requireNonNull;

/**
 * A fault that strikes by itself.
 *
 * @param fault which
 * @param atSeconds simulated seconds after the start of the simulator
 * @param options how strong
 */
public record ScheduledFault(Fault fault, double atSeconds, FaultOptions options) {
  public ScheduledFault {
    requireNonNull(fault, "fault");
    requireNonNull(options, "options");
    if (!(atSeconds >= 0)) {
      throw new IllegalArgumentException(
          "a fault strikes 0 or more seconds after the start, not " + atSeconds);
    }
  }

  /**
   * Reads {@code name@seconds}.
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  public static ScheduledFault parse(String text) {
    int at = text.indexOf('@');
    if (at < 1) {
      throw new IllegalArgumentException("a fault is given as name@seconds, not '" + text + "'");
    }
    try {
      double seconds = Double.parseDouble(text.substring(at + 1));
      return new ScheduledFault(Fault.named(text.substring(0, at)), seconds, FaultOptions.DEFAULT);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("the seconds of '" + text + "' are not a number", e);
    }
  }
}
