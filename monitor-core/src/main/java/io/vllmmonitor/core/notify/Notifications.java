package io.vllmmonitor.core.notify;

import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tells all notifiers. At most 1,000 notifications wait for one notifier, then the oldest goes; a
 * failed one is tried again twice. One per daemon; close it before the plugins. Thread-safe.
 */
public final class Notifications implements AutoCloseable {
  static final DeliveryRules RULES =
      new DeliveryRules(
          "notifier",
          "notifications",
          1_000,
          2,
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5));

  private final Delivery<Notifier, Notification> delivery;

  /**
   * @param notifiers the live ones, asked at every delivery
   */
  public Notifications(
      Supplier<List<Bound<Notifier>>> notifiers, OwnMetrics metrics, Problems problems) {
    this(RULES, notifiers, metrics, problems);
  }

  Notifications(
      DeliveryRules rules,
      Supplier<List<Bound<Notifier>>> notifiers,
      OwnMetrics metrics,
      Problems problems) {
    delivery = new Delivery<>(rules, notifiers, Notifier::send, metrics, problems);
  }

  /** Queues one piece of news, stored already; never waits. */
  public void offer(Notification news) {
    delivery.offer(news);
  }

  /** Sends what is queued, for 5 s at most; the rest is dropped and counted. */
  @Override
  public void close() {
    delivery.close();
  }
}
