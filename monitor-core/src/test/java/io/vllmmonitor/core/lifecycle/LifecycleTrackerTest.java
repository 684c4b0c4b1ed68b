package io.vllmmonitor.core.lifecycle;

import static io.vllmmonitor.api.lifecycle.LifecycleState.ERROR;
import static io.vllmmonitor.api.lifecycle.LifecycleState.NOT_STARTED;
import static io.vllmmonitor.api.lifecycle.LifecycleState.PAUSED;
import static io.vllmmonitor.api.lifecycle.LifecycleState.PROCESSING_REQUESTS;
import static io.vllmmonitor.api.lifecycle.LifecycleState.READY;
import static io.vllmmonitor.api.lifecycle.LifecycleState.RECOVERING;
import static io.vllmmonitor.api.lifecycle.LifecycleState.SERVING;
import static io.vllmmonitor.api.lifecycle.LifecycleState.TERMINATED;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.Answer;
import io.vllmmonitor.api.source.TargetSignals;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.sampling.Tick;
import io.vllmmonitor.core.view.Windows;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LifecycleTrackerTest {
  private static final Target TARGET =
      Target.of(URI.create("http://127.0.0.1:8000"), TargetMode.OBSERVE, Duration.ofSeconds(1));
  private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");

  private final List<StateCheckpoint> checkpoints = new ArrayList<>();
  private Instant now = START;
  private long progress = 100;
  private LifecycleTracker tracker = tracker();

  @Test
  void firstCheckpointSaysWhereTheTargetWasFound() {
    idle(1);
    assertThat(tracker.standing().state()).isEqualTo(READY);
    StateCheckpoint first = checkpoints.get(0);
    assertThat(first.state()).isEqualTo(READY);
    assertThat(first.previousState()).isEqualTo(READY);
    assertThat(first.transition()).isEqualTo(StateTransition.STARTUP);
    assertThat(tracker.standing().since()).isEqualTo(first.at());
  }

  @Test
  void unreachableTargetIsTerminatedAtOnce() {
    unreachable(1);
    assertThat(states()).containsExactly(TERMINATED);
    assertThat(checkpoints.get(0).errorContext()).contains("TARGET_UNREACHABLE");
  }

  @Test
  void activityClimbsAtOnceAndFallsAfterTheHold() {
    idle(3);
    working(1);
    assertThat(tracker.standing().state()).isEqualTo(PROCESSING_REQUESTS);
    idle(9);
    assertThat(tracker.standing().state()).isEqualTo(PROCESSING_REQUESTS);
    idle(1);
    assertThat(states()).containsExactly(READY, PROCESSING_REQUESTS, READY);
    moving(1);
    assertThat(tracker.standing().state()).isEqualTo(SERVING);
  }

  @Test
  void lightTrafficDoesNotFloodTheHistory() {
    for (int i = 0; i < 300; i++) {
      idle(1);
      working(1);
      moving(1);
    }
    assertThat(states()).containsExactly(READY, PROCESSING_REQUESTS);
  }

  @Test
  void pendingWorkWithoutProgressIsAHangAfterTenSeconds() {
    working(5);
    stuck(9);
    assertThat(tracker.standing().state()).isEqualTo(PROCESSING_REQUESTS);
    stuck(1);
    assertThat(tracker.standing().state()).isEqualTo(ERROR);
    StateCheckpoint hang = last();
    assertThat(hang.reason()).startsWith("hang");
    assertThat(hang.metadata()).containsEntry(LifecycleTracker.CAUSE, "hang");
    assertThat(hang.transition()).isEqualTo(StateTransition.EMERGENCY_STOP);
    stuck(60);
    assertThat(last()).isSameAs(hang);
    working(1);
    working(1);
    assertThat(states())
        .containsExactly(PROCESSING_REQUESTS, ERROR, RECOVERING, PROCESSING_REQUESTS);
    assertThat(last().transition()).isEqualTo(StateTransition.ERROR_RECOVERY);
  }

  @Test
  void idleServerIsNoHang() {
    idle(600);
    assertThat(states()).containsExactly(READY);
  }

  @Test
  void workThatArrivesAfterLongIdlenessIsNoHang() {
    idle(100);
    stuck(10);
    assertThat(tracker.standing().state()).isEqualTo(PROCESSING_REQUESTS);
  }

  @Test
  void jumpOfTheClockIsNoHang() {
    working(2);
    stuck(2);
    now = now.plusSeconds(3_600);
    stuck(1);
    assertThat(tracker.standing().state()).isEqualTo(PROCESSING_REQUESTS);
  }

  @Test
  void hangWhoseClientsGaveUpIsNotOverAtOnce() {
    working(2);
    stuck(15);
    idle(9);
    assertThat(tracker.standing().state()).isEqualTo(ERROR);
    idle(2);
    assertThat(tracker.standing().state()).isEqualTo(RECOVERING);
    idle(11);
    assertThat(tracker.standing().state()).isEqualTo(READY);
  }

  @Test
  void pauseLooksLikeAHangAndIsNone() {
    working(2);
    for (int i = 0; i < 60; i++) {
      up(signals(Answer.YES).paused(Answer.YES));
    }
    assertThat(states()).containsExactly(PROCESSING_REQUESTS, PAUSED);
    assertThat(last().transition()).isEqualTo(StateTransition.PAUSE_RESUME);
    stuck(9);
    working(1);
    assertThat(states()).containsExactly(PROCESSING_REQUESTS, PAUSED, PROCESSING_REQUESTS);
  }

  @Test
  void sleepIsPlannedSilenceEvenWithAFailingHealthCheck() {
    up(signals(Answer.NO).sleeping(Answer.YES).healthy(Answer.NO));
    assertThat(states()).containsExactly(PAUSED);
    assertThat(last().reason()).contains("Asleep");
  }

  @Test
  void pauseThatIsNotAskedAboutLastsUntilSomethingMoves() {
    up(signals(Answer.NO).paused(Answer.YES));
    up(signals(Answer.NO).paused(Answer.UNKNOWN));
    assertThat(tracker.standing().state()).isEqualTo(PAUSED);
    progress++;
    up(signals(Answer.NO).paused(Answer.UNKNOWN));
    assertThat(tracker.standing().state()).isEqualTo(SERVING);
  }

  @Test
  void failingHealthCheckIsAnError() {
    idle(1);
    up(signals(Answer.NO).healthy(Answer.NO));
    assertThat(states()).containsExactly(READY, ERROR);
    assertThat(last().errorContext()).isNotNull();
    idle(1);
    idle(10);
    assertThat(states()).containsExactly(READY, ERROR, RECOVERING, READY);
  }

  @Test
  void unhealthyServerWithoutMetricsIsAnErrorAtOnce() {
    idle(1);
    down(ErrorCode.TARGET_HTTP_STATUS, signals(Answer.UNKNOWN).healthy(Answer.NO).build());
    assertThat(tracker.standing().state()).isEqualTo(ERROR);
  }

  @Test
  void frozenFrontEndIsAnErrorAfterThreeScrapes() {
    working(1);
    down(ErrorCode.TARGET_TIMEOUT, 2);
    assertThat(tracker.standing().state()).isEqualTo(PROCESSING_REQUESTS);
    working(1);
    down(ErrorCode.TARGET_TIMEOUT, 2);
    assertThat(states()).containsExactly(PROCESSING_REQUESTS);
    down(ErrorCode.TARGET_TIMEOUT, 1);
    assertThat(states()).containsExactly(PROCESSING_REQUESTS, ERROR);
    assertThat(last().metadata()).containsEntry(LifecycleTracker.CAUSE, "no_answer");
  }

  @Test
  void brokenPluginSaysNothingAboutTheServer() {
    idle(1);
    for (int i = 0; i < 10; i++) {
      observe(
          false,
          TargetSignals.unknown(),
          new MonitorException(ErrorCode.PLUGIN_CALL_FAILED, Blame.PLUGIN, "broken"));
    }
    assertThat(states()).containsExactly(READY);
  }

  @Test
  void nothingIsSaidBeforeAnythingIsKnown() {
    down(ErrorCode.TARGET_TIMEOUT, 2);
    assertThat(checkpoints).isEmpty();
    assertThat(tracker.standing().state()).isEqualTo(NOT_STARTED);
    assertThat(tracker.standing().since()).isNull();
  }

  @Test
  void deadServerThatComesBackRecoversByProgress() {
    working(1);
    unreachable(5);
    working(1);
    assertThat(tracker.standing().state()).isEqualTo(RECOVERING);
    working(1);
    assertThat(states())
        .containsExactly(PROCESSING_REQUESTS, TERMINATED, RECOVERING, PROCESSING_REQUESTS);
    assertThat(checkpoints.get(1).transition()).isEqualTo(StateTransition.SHUTDOWN);
  }

  @Test
  void restartBetweenTwoScrapesIsNoticedByTheIncarnation() {
    up(signals(Answer.YES).incarnation("a"));
    up(signals(Answer.YES).incarnation("b"));
    StateCheckpoint restart = last();
    assertThat(restart.state()).isEqualTo(RECOVERING);
    assertThat(restart.environment()).containsEntry(LifecycleTracker.INCARNATION, "b");
    assertThat(restart.metadata()).containsEntry(LifecycleTracker.FORMER_INCARNATION, "a");
    assertThat(restart.reason()).contains("a").contains("b");
    up(signals(Answer.YES).incarnation(null));
    assertThat(tracker.standing().incarnation()).isEqualTo("b");
  }

  @Test
  void countersThatStartAnewAreNoProof() {
    up(signals(Answer.NO).incarnation("a"));
    progress = 0;
    up(signals(Answer.NO).incarnation("b"));
    up(signals(Answer.NO).incarnation("b"));
    assertThat(tracker.standing().state()).isEqualTo(RECOVERING);
  }

  @Test
  void checkpointCarriesMetricsVersionAndWhatWasGoingOn() {
    up(
        signals(Answer.NO)
            .incarnation("a")
            .capabilities(new TargetCapabilities("0.32.0", Set.of("POST /pause"))));
    progress++;
    up(signals(Answer.YES));
    StateCheckpoint checkpoint = last();
    assertThat(checkpoint.metrics())
        .containsOnly(Map.entry("vllm:running", 3.0), Map.entry("vllm:kv", 0.5));
    assertThat(checkpoint.environment())
        .containsOnly(
            Map.entry("version", "0.32.0"),
            Map.entry("incarnation", "a"),
            Map.entry("routes", "1"));
    assertThat(checkpoint.guardrailViolations()).containsExactly("kv-full");
    assertThat(checkpoint.interventions()).containsExactly("attempt-1");
    assertThat(tracker.standing().capabilities().serves("POST /pause")).isTrue();
  }

  @Test
  void restoredTrackerGoesOnWhereTheOtherStopped() {
    up(signals(Answer.YES).incarnation("a"));
    LifecycleTracker before = tracker;
    tracker = tracker();
    tracker.restore(last());
    assertThat(tracker.standing().state()).isEqualTo(before.standing().state());
    assertThat(tracker.standing().since()).isEqualTo(before.standing().since());
    up(signals(Answer.NO).incarnation("a"));
    assertThat(checkpoints).hasSize(1);
    up(signals(Answer.NO).incarnation("b"));
    assertThat(last().state()).isEqualTo(RECOVERING);
    assertThat(last().previousState()).isEqualTo(PROCESSING_REQUESTS);
  }

  @Test
  void restoredHangIsStillAHang() {
    working(2);
    stuck(15);
    tracker = tracker();
    tracker.restore(last());
    stuck(5);
    assertThat(tracker.standing().state()).isEqualTo(ERROR);
    assertThat(states()).containsExactly(PROCESSING_REQUESTS, ERROR);
  }

  @Test
  void anySequenceOfScrapesFollowsTheTable() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      tracker = tracker();
      checkpoints.clear();
      for (int i = 0; i < 400; i++) {
        anything(random, random.nextInt(12));
      }
      for (int i = 1; i < checkpoints.size(); i++) {
        StateCheckpoint checkpoint = checkpoints.get(i);
        assertThat(checkpoint.previousState()).isEqualTo(checkpoints.get(i - 1).state());
        assertThat(LifecycleTransitions.between(checkpoint.previousState(), checkpoint.state()))
            .as("seed %s", seed)
            .hasValue(checkpoint.transition());
      }
    }
  }

  private void anything(Random random, int what) {
    int times = 1 + random.nextInt(15);
    switch (what) {
      case 0, 1 -> idle(times);
      case 2, 3 -> working(times);
      case 4 -> stuck(times);
      case 5 -> moving(times);
      case 6 -> unreachable(times);
      case 7 -> down(ErrorCode.TARGET_TIMEOUT, times);
      case 8 -> up(signals(Answer.YES).paused(Answer.YES));
      case 9 -> up(signals(Answer.NO).healthy(Answer.NO));
      case 10 -> up(signals(Answer.NO).incarnation("life " + random.nextInt(3)));
      default -> up(TargetSignals.builder());
    }
  }

  private void idle(int scrapes) {
    for (int i = 0; i < scrapes; i++) {
      up(signals(Answer.NO));
    }
  }

  private void working(int scrapes) {
    for (int i = 0; i < scrapes; i++) {
      progress++;
      up(signals(Answer.YES));
    }
  }

  private void moving(int scrapes) {
    for (int i = 0; i < scrapes; i++) {
      progress++;
      up(signals(Answer.NO));
    }
  }

  private void stuck(int scrapes) {
    for (int i = 0; i < scrapes; i++) {
      up(signals(Answer.YES));
    }
  }

  private void unreachable(int scrapes) {
    down(ErrorCode.TARGET_UNREACHABLE, scrapes);
  }

  private void down(ErrorCode code, int scrapes) {
    for (int i = 0; i < scrapes; i++) {
      down(code, TargetSignals.unknown());
    }
  }

  private void down(ErrorCode code, TargetSignals signals) {
    observe(false, signals, new MonitorException(code, Blame.ENVIRONMENT, "failed"));
  }

  private TargetSignals.Builder signals(Answer pending) {
    return TargetSignals.builder()
        .healthy(Answer.YES)
        .paused(Answer.NO)
        .sleeping(Answer.NO)
        .workPending(pending)
        .progress(progress);
  }

  private void up(TargetSignals.Builder signals) {
    observe(true, signals.build(), null);
  }

  private void observe(boolean up, TargetSignals signals, @Nullable MonitorException failure) {
    now = now.plusSeconds(1);
    SampleBatch batch =
        new SampleBatch(
            TARGET.id(),
            now,
            List.of(
                engine("vllm:running", "0"), engine("vllm:running", "1"), engine("vllm:kv", "0")),
            new double[] {1, 2, 0.5});
    Windows windows = new Windows(TARGET.id(), TARGET.scrapeInterval(), new MetricCatalog());
    windows.append(batch);
    Tick tick = new Tick(TARGET, now, up, signals, batch, Duration.ofMillis(5), failure);
    tracker
        .observe(tick, List.of("kv-full"), List.of("attempt-1"), windows.view(now, false))
        .ifPresent(checkpoints::add);
  }

  private static SeriesKey engine(String name, String engine) {
    return new SeriesKey(name, Labels.of("engine", engine));
  }

  private List<LifecycleState> states() {
    return checkpoints.stream().map(StateCheckpoint::state).toList();
  }

  private StateCheckpoint last() {
    return checkpoints.get(checkpoints.size() - 1);
  }

  private static LifecycleTracker tracker() {
    return new LifecycleTracker(
        TARGET.id(),
        LifecyclePolicy.defaults(),
        List.of(
            KeyMetric.sum("vllm:running"), KeyMetric.max("vllm:kv"), KeyMetric.sum("vllm:missing")),
        new TimeOrderedIds(() -> START, new Random(1)));
  }
}
