package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.plugin.Events;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Events that are kept for the test, within the real limit. Confined to one thread. */
public final class FakeEvents implements Events {
  private static final String NAME = "[a-z][a-z0-9_.-]{0,63}";

  private final InstantSource clock;
  private final List<Told> told = new ArrayList<>();
  private int dropped;
  private boolean ended;

  /**
   * One event.
   *
   * @param message as the core would hand it on, so at most 1,000 characters
   */
  public record Told(Instant at, String name, Severity severity, String message) {
    public Told {
      requireNonNull(at, "at");
      requireNonNull(name, "name");
      requireNonNull(severity, "severity");
      requireNonNull(message, "message");
    }
  }

  FakeEvents(InstantSource clock) {
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public boolean tell(String name, Severity severity, String message) {
    if (ended) {
      throw new IllegalStateException("The plugin was unloaded");
    }
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException("The name of an event is " + NAME + ", found " + name);
    }
    Instant now = clock.instant();
    Instant minuteAgo = now.minus(Duration.ofMinutes(1));
    if (told.stream().filter(event -> event.at().isAfter(minuteAgo)).count() >= MOST_PER_MINUTE) {
      dropped++;
      return false;
    }
    String text =
        message.length() <= LONGEST_MESSAGE
            ? message
            : message.substring(0, LONGEST_MESSAGE - 1) + "…";
    told.add(new Told(now, name, severity, text));
    return true;
  }

  /** What was told, oldest first; a copy. */
  public List<Told> told() {
    return List.copyOf(told);
  }

  /** How many were dropped because of the limit. */
  public int dropped() {
    return dropped;
  }

  void end() {
    ended = true;
  }
}
