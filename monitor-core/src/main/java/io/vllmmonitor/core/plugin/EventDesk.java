package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.plugin.Events;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.telemetry.OwnCounter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the events of all plugins, within the limit of each. Thread-safe. */
final class EventDesk {
  private static final Logger log = LoggerFactory.getLogger(EventDesk.class);
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ContextServices services;
  private final InstantSource clock;
  private final OwnCounter told;
  private final OwnCounter dropped;

  /** When the newest events of a unit were told, oldest first. */
  private final Map<String, Deque<Instant>> newest = new HashMap<>();

  EventDesk(ContextServices services, InstantSource clock) {
    this.services = services;
    this.clock = clock;
    told =
        services
            .metrics()
            .counter("extension_events", "Events that plugins told of themselves.", "plugin");
    dropped =
        services
            .metrics()
            .counter(
                "extension_events_dropped",
                "Events of plugins beyond " + Events.MOST_PER_MINUTE + " a minute.",
                "plugin");
  }

  /** The events of one set of instances. */
  Events of(ServiceScope scope, @Nullable TargetId target) {
    return (name, severity, message) -> {
      scope.check();
      return tell(scope.unit(), target, name, severity, message);
    };
  }

  private boolean tell(
      String unit, @Nullable TargetId target, String name, Severity severity, String message) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The name of an event is " + NAME + ", found '" + name + "'");
    }
    Instant now = clock.instant();
    if (!admit(unit, now)) {
      dropped.increment(unit);
      return false;
    }
    told.increment(unit);
    Notification news =
        new Notification(
            Notification.Topic.PLUGIN,
            services.ids().get(),
            now,
            severity,
            target,
            unit,
            name + ": " + shortened(message));
    log.info("plugin {} tells {} {}", unit, severity, news.message());
    services.news().accept(news);
    return true;
  }

  private boolean admit(String unit, Instant now) {
    synchronized (newest) {
      Deque<Instant> times = newest.computeIfAbsent(unit, key -> new ArrayDeque<>());
      while (!times.isEmpty() && !now.isBefore(times.getFirst().plus(MINUTE))) {
        times.removeFirst();
      }
      if (times.size() >= Events.MOST_PER_MINUTE) {
        return false;
      }
      times.addLast(now);
      return true;
    }
  }

  private static String shortened(String message) {
    return message.length() <= Events.LONGEST_MESSAGE
        ? message
        : message.substring(0, Events.LONGEST_MESSAGE - 1) + "…";
  }
}
