package io.vllmmonitor.core.sampling;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.source.Answer;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetSignals;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.worker.HandOvers;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import io.vllmmonitor.testkit.time.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");
  private static final Target TARGET = target("http://127.0.0.1:8000");

  private final ManualClock clock = new ManualClock(START);
  private final VirtualTimer timer = new VirtualTimer(clock);
  private final OwnMetrics metrics = new OwnMetrics();
  private final Problems problems = new Problems(clock, entries -> {});
  private final InMemorySeriesStore store = new InMemorySeriesStore(clock);
  private final SampleWriter writer =
      new SampleWriter(store, Duration.ofMillis(10), metrics, problems);
  private final MetricCatalog catalog = new MetricCatalog();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Tick> ticks = new CopyOnWriteArrayList<>();
  private final ScriptedSource source = new ScriptedSource();
  private final Sampler sampler = sampler(Runnable::run);

  @AfterEach
  void close() {
    sampler.close();
    writer.close();
    threads.shutdownNow();
  }

  @Test
  void firstScrapeComesAtOnceAndTheOthersEveryInterval() {
    source.with("vllm:x", 1);
    add(TARGET, source);
    timer.advance(Duration.ofSeconds(12));
    assertThat(ticks)
        .extracting(Tick::at)
        .containsExactly(START, START.plusSeconds(5), START.plusSeconds(10));
    assertThat(ticks).allSatisfy(tick -> assertThat(tick.up()).isTrue());
    assertThat(catalog.names("vllm:new")).contains("vllm:old");
  }

  @Test
  void samplesAreStoredWithJobAndInstance() {
    source.with("vllm:x", Map.of("engine", "0"), 7);
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    writer.flush();
    assertThat(store.latest(SeriesSelector.parse("vllm:x")))
        .singleElement()
        .satisfies(
            sample -> {
              assertThat(sample.series().labels().toMap())
                  .containsOnly(
                      Map.entry("engine", "0"),
                      Map.entry("instance", "127.0.0.1:8000"),
                      Map.entry("job", "vllm"));
              assertThat(sample.at()).isEqualTo(START);
              assertThat(sample.value()).isEqualTo(7);
            });
    assertThat(metrics.render())
        .contains("vllm_monitor_samples_stored_total 5")
        .contains("vllm_monitor_scrapes_total{target=\"127.0.0.1:8000\"} 1");
  }

  @Test
  void everyScrapeSaysHowItWent() {
    source.with("vllm:x", 1).with("vllm:y", 2);
    source.script =
        (sink, scope) -> {
          timer.freeze(Duration.ofMillis(250));
          source.givePage(sink, scope);
        };
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    assertThat(values(ticks.get(0)))
        .containsEntry("up", 1.0)
        .containsEntry("scrape_duration_seconds", 0.25)
        .containsEntry("scrape_samples_scraped", 2.0)
        .containsEntry("scrape_series_added", 2.0);
    timer.advance(INTERVAL);
    assertThat(values(ticks.get(1))).containsEntry("scrape_series_added", 0.0);
  }

  @Test
  void unchangedPageKeepsTheVeryListOfSeries() {
    source.with("vllm:x", 1).with("vllm:y", 2);
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    HashMap<SeriesKey, Double> copies = new HashMap<>();
    source.page.forEach(
        (key, value) -> copies.put(new SeriesKey(key.name(), key.labels()), value + 1));
    source.page.replaceAll((key, value) -> copies.getOrDefault(key, 0.0));
    timer.advance(INTERVAL);
    assertThat(ticks.get(1).batch().series()).isSameAs(ticks.get(0).batch().series());
    assertThat(values(ticks.get(1))).containsEntry("vllm:x", 2.0).containsEntry("vllm:y", 3.0);
  }

  @Test
  void vanishedSeriesGetsOneStaleMarker() {
    source.with("vllm:x", 1).with("vllm:y", 2);
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    source.page.remove(SeriesKey.of("vllm:x"));
    timer.advance(INTERVAL);
    timer.advance(INTERVAL);
    assertThat(isStale(ticks.get(1), "vllm:x")).isTrue();
    assertThat(values(ticks.get(1))).containsEntry("vllm:y", 2.0).containsEntry("up", 1.0);
    assertThat(values(ticks.get(2))).doesNotContainKey("vllm:x").containsEntry("vllm:y", 2.0);
  }

  @Test
  void failedScrapeEndsAllSeriesOfThePageAndKeepsItsSignals() {
    source.with("vllm:x", 1);
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    source.script =
        (sink, scope) -> {
          sink.sample(SeriesKey.of("vllm:half"), 1);
          sink.signals(TargetSignals.builder().healthy(Answer.NO).build());
          throw refused();
        };
    timer.advance(INTERVAL);
    timer.advance(INTERVAL);
    Tick failed = ticks.get(1);
    assertThat(failed.up()).isFalse();
    assertThat(failed.failure()).isNotNull();
    assertThat(failed.signals().healthy()).isEqualTo(Answer.NO);
    assertThat(values(failed)).containsEntry("up", 0.0).doesNotContainKey("vllm:half");
    assertThat(isStale(failed, "vllm:x")).isTrue();
    assertThat(values(ticks.get(2))).containsOnlyKeys(ownNames());
    assertThat(problems.open())
        .singleElement()
        .satisfies(p -> assertThat(p.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE));

    source.script = source::givePage;
    timer.advance(INTERVAL);
    assertThat(values(ticks.get(3))).containsEntry("vllm:x", 1.0);
    assertThat(values(ticks.get(3))).containsEntry("scrape_series_added", 1.0);
    assertThat(problems.open()).isEmpty();
    assertThat(metrics.render())
        .contains(
            "vllm_monitor_scrape_failures_total{code=\"TARGET_UNREACHABLE\",target=\"127.0.0.1:8000\"} 2");
  }

  @Test
  void clashingLabelsOfThePageAreMovedAside() {
    source.with(
        "vllm:x", Map.of("job", "a", "exported_job", "b", "instance", "c", "engine", "0"), 1);
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    SeriesKey stored = ticks.get(0).batch().series(4);
    assertThat(stored.labels())
        .isEqualTo(
            Labels.of(
                Map.of(
                    "job", "vllm",
                    "instance", "127.0.0.1:8000",
                    "exported_job", "b",
                    "exported_exported_job", "a",
                    "exported_instance", "c",
                    "engine", "0")));
  }

  @Test
  void pageCannotClaimToBeUp() {
    source.with("up", 9).with("vllm:x", 1);
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    timer.advance(INTERVAL);
    assertThat(values(ticks.get(0))).containsEntry("up", 1.0).containsEntry("vllm:x", 1.0);
    assertThat(ticks.get(1).batch().series()).isSameAs(ticks.get(0).batch().series());
    assertThat(metrics.render()).contains("page_samples_shadowed_total");
  }

  @Test
  void sameSampleTwiceCountsOnceAndOtherBitsFailTheScrape() {
    source.script =
        (sink, scope) -> {
          sink.sample(SeriesKey.of("vllm:x"), 1);
          sink.sample(SeriesKey.of("vllm:x"), 1);
        };
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    assertThat(values(ticks.get(0))).containsEntry("scrape_samples_scraped", 1.0);
    source.script =
        (sink, scope) -> {
          sink.sample(SeriesKey.of("vllm:x"), 0.0);
          sink.sample(SeriesKey.of("vllm:x"), -0.0);
        };
    timer.advance(INTERVAL);
    assertFailed(1, ErrorCode.SCRAPE_DUPLICATE_SERIES);
  }

  @Test
  void differentPageLabelsThatBecomeOneSeriesAreADuplicate() {
    source.with("x", Map.of("instance", "a"), 1).with("x", Map.of("exported_instance", "a"), 2);
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    assertFailed(0, ErrorCode.SCRAPE_DUPLICATE_SERIES);
  }

  @Test
  void everyLimitFailsTheWholeScrapeWithItsCode() {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < 41; i++) {
      labels.put("l" + i, "v");
    }
    Map<ErrorCode, ScriptedSource.Script> breaches = new TreeMap<>();
    breaches.put(
        ErrorCode.SCRAPE_TOO_MANY_LABELS,
        (sink, scope) -> sink.sample(new SeriesKey("x", Labels.of(labels)), 1));
    breaches.put(
        ErrorCode.SCRAPE_NAME_TOO_LONG,
        (sink, scope) -> sink.sample(SeriesKey.of("ä".repeat(129)), 1));
    breaches.put(
        ErrorCode.SCRAPE_VALUE_TOO_LONG,
        (sink, scope) -> sink.sample(new SeriesKey("x", Labels.of("l", "v".repeat(4_097))), 1));
    breaches.put(
        ErrorCode.SCRAPE_STALE_MARKER,
        (sink, scope) -> sink.sample(SeriesKey.of("x"), StaleMarker.value()));
    breaches.put(ErrorCode.SCRAPE_TOO_MANY_SERIES, (sink, scope) -> many(sink, 20_001, 20_001));
    breaches.put(ErrorCode.SCRAPE_TOO_MANY_SAMPLES, (sink, scope) -> many(sink, 50_001, 10));
    source.with("ok", 1);
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    int number = 1;
    for (Map.Entry<ErrorCode, ScriptedSource.Script> breach : breaches.entrySet()) {
      source.script =
          (sink, scope) -> {
            sink.sample(SeriesKey.of("ok"), 1);
            breach.getValue().collect(sink, scope);
          };
      timer.advance(INTERVAL);
      assertFailed(number++, breach.getKey());
    }
  }

  @Test
  void whatIsJustWithinTheLimitsIsTaken() {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      labels.put("l" + i, "v".repeat(4_096));
    }
    source.script =
        (sink, scope) -> {
          sink.sample(new SeriesKey("ä".repeat(128), Labels.of(labels)), 1);
          many(sink, 49_999, 19_999);
        };
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    assertThat(ticks.get(0).failure()).isNull();
    assertThat(values(ticks.get(0))).containsEntry("scrape_samples_scraped", 20_000.0);
  }

  @Test
  void breachThatTheSourceSwallowsStillFailsTheScrape() {
    source.script =
        (sink, scope) -> {
          assertThatThrownBy(() -> sink.sample(SeriesKey.of("x"), StaleMarker.value()))
              .isInstanceOf(MonitorException.class);
        };
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    assertFailed(0, ErrorCode.SCRAPE_STALE_MARKER);
  }

  @Test
  void brokenPluginDoesNotTakeTheTargetDownWhileAnotherSourceWorks() {
    ScriptedSource broken = new ScriptedSource();
    broken.script =
        (sink, scope) -> {
          sink.sample(SeriesKey.of("half"), 1);
          throw new StackOverflowError("deep");
        };
    source.with("vllm:x", 1);
    add(TARGET, broken, source);
    timer.advance(Duration.ZERO);
    assertThat(ticks.get(0).up()).isTrue();
    assertThat(values(ticks.get(0))).containsEntry("vllm:x", 1.0).doesNotContainKey("half");
    assertThat(problems.open())
        .singleElement()
        .satisfies(p -> assertThat(p.code()).isEqualTo(ErrorCode.PLUGIN_CALL_FAILED));

    source.script =
        (sink, scope) -> {
          throw new IllegalStateException("also");
        };
    timer.advance(INTERVAL);
    assertFailed(1, ErrorCode.PLUGIN_CALL_FAILED);
  }

  @Test
  void targetWithoutSourcesIsNotUp() {
    add(TARGET);
    timer.advance(Duration.ZERO);
    assertFailed(0, ErrorCode.PLUGIN_NOT_FOUND);
  }

  @Test
  void missedTicksAreSkippedNotCaughtUp() {
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    timer.freeze(Duration.ofSeconds(23));
    timer.advance(Duration.ofSeconds(3));
    assertThat(ticks)
        .extracting(Tick::at)
        .containsExactly(START, START.plusSeconds(20), START.plusSeconds(25));
  }

  @Test
  void stampsNeverGoBackWhenTheClockDoes() {
    add(TARGET, source);
    timer.advance(Duration.ofSeconds(5));
    clock.advance(Duration.ofSeconds(-8));
    timer.advance(Duration.ofSeconds(15));
    List<Instant> stamps = ticks.stream().map(Tick::at).toList();
    assertThat(stamps).isSorted().doesNotHaveDuplicates();
    for (int i = 2; i < 5; i++) {
      assertThat(Duration.between(stamps.get(i - 1), stamps.get(i)))
          .isEqualTo(Duration.ofMillis(4_375));
    }
  }

  @Test
  void samplesGoOnAfterWhatTheStoreHas() {
    sampler.add(TARGET, new SourcesOnly(source), mailbox(), ticks::add, START.plusMillis(700));
    timer.advance(Duration.ofSeconds(5));
    assertThat(ticks)
        .extracting(Tick::at)
        .containsExactly(START.plusMillis(701), START.plusSeconds(5));
  }

  @Test
  void scopeTellsWhatIsLeftOfTheTimeout() {
    source.script =
        (sink, scope) -> {
          assertThat(scope.at()).isEqualTo(START);
          assertThat(scope.remaining()).isEqualTo(Duration.ofSeconds(4));
          timer.freeze(Duration.ofSeconds(3));
          assertThat(scope.remaining()).isEqualTo(Duration.ofSeconds(1));
          timer.freeze(Duration.ofSeconds(2));
          assertThat(scope.remaining()).isZero();
          sink.sample(SeriesKey.of("asked"), 1);
        };
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    assertThat(values(ticks.get(0))).containsKey("asked");
  }

  @Test
  void overrunFailsIsInterruptedAndItsLateResultIsDiscarded() throws Exception {
    Sampler threaded = sampler(threads);
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    source.script =
        (sink, scope) -> {
          entered.countDown();
          while (release.getCount() > 0) {
            try {
              release.await();
            } catch (InterruptedException e) {
              interrupted.set(true); // and goes on, as bad sources do
            }
          }
          sink.sample(SeriesKey.of("late"), 1);
        };
    threaded.add(TARGET, new SourcesOnly(source), mailbox(), ticks::add, null);
    timer.advance(Duration.ZERO);
    entered.await();
    timer.advance(Duration.ofMillis(4_999));
    assertThat(ticks).isEmpty();
    timer.advance(Duration.ofMillis(1)); // its timeout of 4 s and a second
    assertFailed(0, ErrorCode.TARGET_TIMEOUT);
    await().untilTrue(interrupted);

    timer.advance(Duration.ofSeconds(5)); // still stuck: said, not called again
    assertThat(ticks.size()).isGreaterThanOrEqualTo(2);
    assertFailed(ticks.size() - 1, ErrorCode.TARGET_TIMEOUT);
    assertThat(source.calls).hasValue(1);

    source.script = source::givePage;
    source.with("vllm:x", 1);
    release.countDown();
    await().until(() -> metrics.render().contains("scrapes_late_total{"));
    await()
        .until(
            () -> {
              timer.advance(INTERVAL);
              return ticks.get(ticks.size() - 1).up();
            });
    assertThat(ticks).allSatisfy(tick -> assertThat(values(tick)).doesNotContainKey("late"));
    assertThat(ticks).extracting(Tick::at).isSorted().doesNotHaveDuplicates();
    threaded.close();
  }

  @Test
  void sourceWhoseThreadIsGivenUpIsScrapedAgainWithoutIt() throws Exception {
    Sampler threaded = sampler(threads);
    CountDownLatch entered = new CountDownLatch(1);
    Semaphore never = new Semaphore(0);
    AtomicReference<Thread> stuck = new AtomicReference<>();
    source.script =
        (sink, scope) -> {
          stuck.set(Thread.currentThread());
          entered.countDown();
          never.acquireUninterruptibly();
          HandOvers.retire(); // as the gate before every source does
        };
    threaded.add(TARGET, new SourcesOnly(source), mailbox(), ticks::add, null);
    timer.advance(Duration.ZERO);
    entered.await();
    source.script = source::givePage;
    assertThat(HandOvers.handOver(requireNonNull(stuck.get()))).isTrue();
    assertFailed(0, ErrorCode.TARGET_TIMEOUT);
    await()
        .until(
            () -> {
              timer.advance(INTERVAL);
              return ticks.get(ticks.size() - 1).up();
            });
    never.release();
    assertThat(HandOvers.handOver(requireNonNull(stuck.get()))).isFalse();
    threaded.close();
  }

  @Test
  void hangingTargetDoesNotDelayAnother() throws Exception {
    Sampler threaded = sampler(threads);
    CountDownLatch hanging = new CountDownLatch(1);
    ScriptedSource slow = new ScriptedSource();
    slow.script =
        (sink, scope) -> {
          hanging.countDown();
          new CountDownLatch(1).await();
        };
    threaded.add(target("http://127.0.0.1:1"), new SourcesOnly(slow), mailbox(), tick -> {}, null);
    threaded.add(TARGET, new SourcesOnly(source), mailbox(), ticks::add, null);
    for (int i = 1; i <= 4; i++) {
      timer.advance(INTERVAL);
      int wanted = i;
      await().until(() -> ticks.size() >= wanted);
    }
    hanging.await();
    assertThat(ticks).allSatisfy(tick -> assertThat(tick.up()).isTrue());
    threaded.close();
  }

  @Test
  void removedTargetIsNotScrapedAndMayComeBack() {
    add(TARGET, source);
    timer.advance(Duration.ZERO);
    assertThatThrownBy(() -> add(TARGET, source)).isInstanceOf(MonitorException.class);
    sampler.remove(TARGET.id());
    timer.advance(Duration.ofSeconds(20));
    assertThat(ticks).hasSize(1);
    add(TARGET, source);
    timer.advance(INTERVAL);
    assertThat(ticks).hasSize(2);
  }

  private void assertFailed(int index, ErrorCode code) {
    Tick tick = ticks.get(index);
    assertThat(tick.up()).isFalse();
    assertThat(tick.failure()).isNotNull().extracting(MonitorException::code).isEqualTo(code);
    assertThat(values(tick)).containsEntry("up", 0.0);
  }

  private static void many(SampleSink sink, int samples, int series) {
    for (int i = 0; i < samples; i++) {
      sink.sample(new SeriesKey("m", Labels.of("n", Integer.toString(i % series))), 1);
    }
  }

  private static String[] ownNames() {
    return new String[] {
      "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_series_added"
    };
  }

  private static boolean isStale(Tick tick, String name) {
    for (int i = 0; i < tick.batch().size(); i++) {
      if (tick.batch().series(i).name().equals(name)) {
        return StaleMarker.is(tick.batch().value(i));
      }
    }
    return false;
  }

  private static Map<String, Double> values(Tick tick) {
    Map<String, Double> values = new TreeMap<>();
    for (int i = 0; i < tick.batch().size(); i++) {
      values.put(tick.batch().series(i).name(), tick.batch().value(i));
    }
    return values;
  }

  private static MonitorException refused() {
    return new MonitorException(
        ErrorCode.TARGET_UNREACHABLE, Blame.ENVIRONMENT, "Connection refused");
  }

  private void add(Target target, ScriptedSource... sources) {
    ExtensionSet extensions = new SourcesOnly(sources);
    sampler.add(target, extensions, mailbox(), ticks::add, null);
  }

  private static TargetMailbox mailbox() {
    return new TargetMailbox(
        Runnable::run,
        e -> {
          throw new AssertionError(e);
        });
  }

  private Sampler sampler(Executor collecting) {
    return new Sampler(timer, clock, timer::nanos, collecting, writer, catalog, metrics, problems);
  }

  private static Target target(String url) {
    return Target.of(URI.create(url), TargetMode.OBSERVE, INTERVAL);
  }
}
