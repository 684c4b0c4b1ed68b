package io.vllmmonitor.core.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How news and samples reach those who want them, and what happens when they cannot. */
@Timeout(60)
class DeliveryTest {
  private final ManualClock clock = new ManualClock();
  private final MemoryHistory history = new MemoryHistory();
  private final Problems problems = new Problems(clock, history);
  private final OwnMetrics metrics = new OwnMetrics();
  private final List<Bound<Notifier>> live = new CopyOnWriteArrayList<>();
  private Notifications notifications = notifications(Duration.ofSeconds(20), 3);

  private Notifications notifications(Duration deadline, int capacity) {
    return new Notifications(
        new DeliveryRules(
            "notifier",
            "notifications",
            capacity,
            2,
            deadline,
            Duration.ZERO,
            Duration.ofMillis(300)),
        () -> List.copyOf(live),
        metrics,
        problems);
  }

  @AfterEach
  void close() {
    notifications.close();
  }

  private record Taking(String id, Consumer<Notification> what) implements Notifier {
    @Override
    public void send(Notification notification) {
      what.accept(notification);
    }
  }

  private void live(String id, boolean shadow, Consumer<Notification> what) {
    live.removeIf(bound -> bound.extension().id().equals(id));
    live.add(new Bound<>(new Taking(id, what), "unit-" + id, "hash", shadow));
  }

  private static Notification news(String id) {
    return new Notification(
        Notification.Topic.PLUGIN,
        id,
        ManualClock.START,
        Severity.WARNING,
        null,
        "acme",
        "message " + id);
  }

  private long counted(String what, String... labels) {
    return metrics
        .render()
        .lines()
        .filter(line -> line.startsWith("vllm_monitor_" + what + "_total{"))
        .filter(
            line -> List.of(labels).stream().allMatch(label -> line.contains("\"" + label + "\"")))
        .mapToLong(
            line -> Math.round(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))))
        .sum();
  }

  private void until(java.util.concurrent.Callable<Boolean> condition) {
    await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(30)).until(condition);
  }

  @Test
  void everyNotifierGetsEverythingInOrderAndTheOneInShadowNothing() {
    List<String> first = new CopyOnWriteArrayList<>();
    List<String> second = new CopyOnWriteArrayList<>();
    List<String> shadow = new CopyOnWriteArrayList<>();
    live("first", false, news -> first.add(news.id()));
    live("second", false, news -> second.add(news.id()));
    live("shadow", true, news -> shadow.add(news.id()));
    for (String id : List.of("a", "b", "c")) {
      notifications.offer(news(id));
    }
    until(() -> first.size() == 3 && second.size() == 3);
    assertThat(first).containsExactly("a", "b", "c");
    assertThat(second).containsExactly("a", "b", "c");
    assertThat(shadow).isEmpty();
    until(() -> counted("notifications_delivered", "first") == 3);
  }

  @Test
  void aSlowNotifierDelaysNobodyAndLosesItsOldest() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    List<String> slow = new CopyOnWriteArrayList<>();
    List<String> quick = new CopyOnWriteArrayList<>();
    live(
        "slow",
        false,
        news -> {
          entered.countDown();
          try {
            open.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          slow.add(news.id());
        });
    live("quick", false, news -> quick.add(news.id()));
    notifications.offer(news("0"));
    assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i <= 5; i++) {
      notifications.offer(news(Integer.toString(i)));
      int sofar = i + 1;
      until(() -> quick.size() == sofar);
    }
    assertThat(counted("notifications_dropped", "slow", "full")).isEqualTo(2);
    open.countDown();
    until(() -> slow.size() == 4);
    assertThat(slow).containsExactly("0", "3", "4", "5");
    assertThat(counted("notifications_dropped", "quick")).isZero();
  }

  @Test
  void aFailedDeliveryIsTriedTwiceMoreAndThenCounted() {
    AtomicInteger tries = new AtomicInteger();
    live(
        "webhook",
        false,
        news -> {
          tries.incrementAndGet();
          throw new IllegalStateException("no route");
        });
    notifications.offer(news("a"));
    until(() -> counted("notifications_dropped", "webhook", "failed") == 1);
    assertThat(tries).hasValue(3);
    assertThat(problems.open()).hasSize(1);
    assertThat(problems.open().get(0).subject()).isEqualTo("notifier webhook");
    assertThat(problems.open().get(0).message()).contains("no route");
    assertThat(problems.open().get(0).count()).isEqualTo(3);

    live("webhook", false, news -> {});
    notifications.offer(news("b"));
    until(() -> problems.open().isEmpty());
  }

  @Test
  void newCodeUnderTheSameIdGoesOnWithTheQueue() {
    List<String> got = new CopyOnWriteArrayList<>();
    live(
        "webhook",
        false,
        news -> {
          live("webhook", false, next -> got.add(next.id()));
          throw new IllegalStateException("was unloaded");
        });
    notifications.offer(news("a"));
    notifications.offer(news("b"));
    until(() -> got.size() == 2);
    assertThat(got).containsExactly("a", "b");
    until(() -> counted("notifications_delivered", "webhook") == 2);
  }

  @Test
  void whatWaitsForOneThatIsGoneIsDropped() {
    live(
        "webhook",
        false,
        news -> {
          live.clear();
          throw new IllegalStateException("gone");
        });
    Notification first = news("a");
    notifications.offer(first);
    until(() -> counted("notifications_dropped", "webhook", "gone") == 1);
    assertThat(problems.open()).isEmpty();
  }

  @Test
  void oneThatHangsLosesItsItemAndIsInterrupted() throws InterruptedException {
    notifications.close();
    notifications = notifications(Duration.ofMillis(100), 3);
    CountDownLatch interrupted = new CountDownLatch(1);
    live(
        "hanging",
        false,
        news -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    notifications.offer(news("a"));
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    until(() -> counted("notifications_dropped", "hanging", "late") == 1);
    assertThat(problems.open().get(0).message()).contains("within 100 ms");
  }

  @Test
  void theEndSendsWhatItCanAndCountsTheRest() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    live(
        "hanging",
        false,
        news -> {
          entered.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    notifications.offer(news("a"));
    assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
    notifications.offer(news("b"));
    notifications.offer(news("c"));
    notifications.close();
    assertThat(counted("notifications_dropped", "hanging", "stopped")).isEqualTo(2);
    notifications.offer(news("d"));
    assertThat(counted("notifications_dropped", "hanging", "stopped")).isEqualTo(3);
  }

  @Test
  void anExporterGetsStoredBatchesAndAFailedOneIsNotRepeated() {
    AtomicInteger tries = new AtomicInteger();
    List<SampleBatch> got = new CopyOnWriteArrayList<>();
    Exporter exporter =
        new Exporter() {
          @Override
          public String id() {
            return "otlp";
          }

          @Override
          public void export(SampleBatch batch) {
            if (tries.incrementAndGet() == 1) {
              throw new IllegalStateException("refused");
            }
            got.add(batch);
          }
        };
    SampleBatch first = batch(1);
    SampleBatch second = batch(2);
    try (Exports exports =
        new Exports(
            () -> List.of(new Bound<>(exporter, "unit", "hash", false)), metrics, problems)) {
      exports.offer(List.of(first, second));
      until(() -> got.size() == 1);
      assertThat(got).containsExactly(second);
      assertThat(tries).hasValue(2);
      until(() -> counted("export_batches_dropped", "otlp", "failed") == 1);
    }
  }

  private static SampleBatch batch(double value) {
    return new SampleBatch(
        new TargetId("a:1"),
        ManualClock.START,
        List.of(new SeriesKey("x", Labels.of("a", "b"))),
        new double[] {value});
  }
}
