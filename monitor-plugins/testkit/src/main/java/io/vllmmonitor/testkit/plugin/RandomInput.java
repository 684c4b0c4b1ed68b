package io.vllmmonitor.testkit.plugin;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * One seeded stream of odd but legal inputs: everything here could come from the core. Confined to
 * one thread.
 */
final class RandomInput {
  static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final double[] ODD_NUMBERS = {
    0,
    -0.0,
    1,
    -1,
    0.5,
    1e-300,
    -1e300,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN,
    1e18,
    Long.MAX_VALUE
  };
  private static final List<String> ODD_TEXTS =
      List.of(
          "",
          " ",
          "x",
          "a\"b\\c\nd",
          "</script><b>",
          "%s %n ${x} {0}",
          "\uD83D\uDE00 ü €",
          "\u0000\u0007",
          "9".repeat(400),
          "null");

  private final Random random;

  RandomInput(long seed, int number) {
    this.random = new Random(seed * 1_000_003 + number);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  double number() {
    return switch (below(4)) {
      case 0 -> ODD_NUMBERS[below(ODD_NUMBERS.length)];
      case 1 -> random.nextGaussian() * 1e6;
      case 2 -> below(1_000);
      default -> random.nextDouble();
    };
  }

  String text() {
    return chance(0.5) ? ODD_TEXTS.get(below(ODD_TEXTS.size())) : "word-" + below(50);
  }

  Instant at() {
    return START.plusMillis(below(1_000_000_000)).plus(Duration.ofDays(below(3)));
  }

  /** A view that answers everything, each question always the same. */
  RandomView view() {
    return new RandomView(random.nextLong(), at());
  }

  Incident incident() {
    boolean open = chance(0.7);
    Instant at = at();
    return new Incident(
        text(),
        TARGET,
        one(FailureKind.values()),
        open ? IncidentStatus.OPEN : IncidentStatus.CLOSED,
        one(Severity.values()),
        text(),
        at,
        open ? null : at.plusSeconds(below(1_000)),
        chance(0.5) ? List.of() : List.of(text(), text()));
  }

  TargetCapabilities capabilities() {
    Set<String> routes = new HashSet<>();
    for (int i = below(4); i > 0; i--) {
      routes.add(chance(0.5) ? "POST /" + text() : "GET /health");
    }
    return chance(0.2) ? TargetCapabilities.unknown() : new TargetCapabilities(text(), routes);
  }

  LearningEvent learningEvent(List<String> strategies) {
    return new LearningEvent(
        chance(0.2) ? text() : "attempt-" + below(100_000),
        TARGET,
        chance(0.5) ? text() : "CACHE_OVERFLOW/PROCESSING_REQUESTS",
        chance(0.3) ? text() : strategies.get(below(strategies.size())),
        one(MitigationOutcome.values()),
        at());
  }

  StateCheckpoint checkpoint() {
    return new StateCheckpoint(
        text(),
        TARGET,
        at(),
        one(LifecycleState.values()),
        one(LifecycleState.values()),
        one(StateTransition.values()),
        text(),
        Map.of(text(), text()),
        Map.of(),
        Map.of(text(), number()),
        Map.of(text(), number()),
        chance(0.5) ? null : text(),
        List.of(text()),
        List.of(),
        Map.of());
  }

  Notification notification() {
    return new Notification(
        one(Notification.Topic.values()),
        text(),
        at(),
        one(Severity.values()),
        chance(0.3) ? null : TARGET,
        text(),
        text());
  }

  SampleBatch batch() {
    List<SeriesKey> series = new ArrayList<>();
    int size = below(20);
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      series.add(new SeriesKey("metric_" + i, Labels.of("text", text())));
      values[i] = chance(0.1) ? StaleMarker.value() : number();
    }
    return new SampleBatch(TARGET, at(), series, values);
  }

  <T> T one(T[] values) {
    return values[below(values.length)];
  }
}
