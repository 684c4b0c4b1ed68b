package io.vllmmonitor.core.lifecycle;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.source.Answer;
import io.vllmmonitor.api.source.TargetSignals;
import io.vllmmonitor.core.sampling.Tick;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Judges the state of one target from scrape to scrape, in this order: planned silence, a restart,
 * a failing health check, work that does not move, recovery, activity. It counts time in the stamps
 * of the scrapes, and of a gap only as much as a few scrapes, so that a clock that jumps makes no
 * hang. Confined to the target's thread.
 */
final class StateJudge {
  /** Cause of an error, kept in checkpoints so that a restart of the monitor knows it. */
  static final String HANG = "hang";

  private static final int MOST_INTERVALS = 3;

  private final LifecyclePolicy policy;
  private LifecycleState state = LifecycleState.NOT_STARTED;
  private @Nullable Instant before;
  private @Nullable String incarnation;
  private @Nullable Long progress;
  private boolean wasPending;
  private Duration still = Duration.ZERO; // work was pending and nothing moved
  private int stillScrapes;
  private int failedScrapes;
  private boolean hung;
  private boolean paused;
  private boolean sleeping;
  private Duration calm = Duration.ZERO; // well and quiet since the error ended
  private Duration sincePending;
  private Duration sinceMoved;

  StateJudge(LifecyclePolicy policy) {
    this.policy = policy;
    this.sincePending = policy.idleHold();
    this.sinceMoved = policy.idleHold();
  }

  /**
   * What one scrape says.
   *
   * @param cause a word for the kind of error; empty where there is none to tell
   * @param error what failed; null when nothing did
   * @param formerIncarnation the life that ended; null unless this scrape showed another one
   */
  record Judgement(
      LifecycleState state,
      String reason,
      String cause,
      @Nullable String error,
      @Nullable String formerIncarnation) {
    static Judgement of(LifecycleState state, String reason) {
      return new Judgement(state, reason, "", null, null);
    }

    static Judgement failed(LifecycleState state, String reason, String cause, String error) {
      return new Judgement(state, reason, cause, error, null);
    }

    Judgement after(@Nullable String former) {
      return former == null ? this : new Judgement(state, reason, cause, error, former);
    }
  }

  /** Goes on where an earlier judge stopped. */
  void restore(LifecycleState was, @Nullable String life, boolean byHang) {
    state = was;
    incarnation = life;
    hung = byHang && was == LifecycleState.ERROR;
    if (was == LifecycleState.PROCESSING_REQUESTS) {
      sincePending = Duration.ZERO;
    }
    if (was == LifecycleState.PROCESSING_REQUESTS || was == LifecycleState.SERVING) {
      sinceMoved = Duration.ZERO;
    }
  }

  @Nullable String incarnation() {
    return incarnation;
  }

  Judgement judge(Tick tick) {
    Duration step = step(tick);
    Judgement judgement = tick.up() ? up(tick.signals(), step) : down(tick);
    if (judgement.state() != LifecycleState.ERROR) {
      hung = false;
    }
    if (judgement.state() != LifecycleState.RECOVERING) {
      calm = hung ? calm : Duration.ZERO;
    }
    state = judgement.state();
    return judgement;
  }

  private Duration step(Tick tick) {
    Duration step = before == null ? Duration.ZERO : Duration.between(before, tick.at());
    before = tick.at();
    Duration most = tick.target().scrapeInterval().multipliedBy(MOST_INTERVALS);
    return step.compareTo(most) < 0 ? step : most;
  }

  private Judgement down(Tick tick) {
    forgetStillness();
    MonitorException failure = tick.failure();
    String error = failure == null ? "The scrape failed" : failure.describe();
    if (tick.signals().healthy() == Answer.NO) {
      return Judgement.failed(
          LifecycleState.ERROR, "Unhealthy, and no metrics either", "unhealthy", error);
    }
    if (failure == null || failure.blame() != Blame.ENVIRONMENT) {
      // A broken plugin or a missing token says nothing about the server.
      return Judgement.of(state, "The monitor could not look: " + error);
    }
    failedScrapes++;
    if (failure.code() == ErrorCode.TARGET_UNREACHABLE) {
      return Judgement.failed(
          LifecycleState.TERMINATED, "Nothing answers at its address", "unreachable", error);
    }
    if (failedScrapes >= policy.failedScrapes()) {
      return Judgement.failed(
          LifecycleState.ERROR,
          failedScrapes + " scrapes in a row failed, none of them refused",
          "no_answer",
          error);
    }
    return Judgement.of(state, "A scrape failed");
  }

  private Judgement up(TargetSignals signals, Duration step) {
    failedScrapes = 0;
    String former = formerIncarnation(signals);
    boolean moved = moved(signals, former != null);
    boolean pending = signals.workPending() == Answer.YES;
    notePause(signals, moved || former != null);
    noteStillness(signals, moved, pending, step);
    sincePending = pending ? Duration.ZERO : sincePending.plus(step);
    sinceMoved = moved ? Duration.ZERO : sinceMoved.plus(step);
    if (paused || sleeping) {
      forgetStillness();
      String how = paused ? "Paused on purpose" : "Asleep on purpose";
      return Judgement.of(LifecycleState.PAUSED, how).after(former);
    }
    if (former != null) {
      calm = Duration.ZERO;
      return Judgement.of(
              LifecycleState.RECOVERING,
              "The server was restarted: " + former + " became " + incarnation)
          .after(former);
    }
    if (signals.healthy() == Answer.NO) {
      return Judgement.failed(
          LifecycleState.ERROR,
          "It answers, but its health check fails",
          "unhealthy",
          "The health check fails");
    }
    if (stillScrapes >= policy.hangScrapes() && still.compareTo(policy.hangAfter()) >= 0) {
      return hang();
    }
    return well(moved, pending, step);
  }

  private Judgement hang() {
    hung = true;
    calm = Duration.ZERO;
    String seconds = still.toSeconds() + " s and " + stillScrapes + " scrapes";
    return Judgement.failed(
        LifecycleState.ERROR,
        "hang: work is pending and nothing moved for " + seconds,
        HANG,
        "No progress for " + seconds + " while requests wait; the health check does not tell");
  }

  private Judgement well(boolean moved, boolean pending, Duration step) {
    boolean quiet = !pending || progress == null;
    if (state == LifecycleState.ERROR && hung && !moved) {
      // Clients that gave up leave a hung server looking idle; give it time to show otherwise.
      calm = quiet ? calm.plus(step) : Duration.ZERO;
      if (calm.compareTo(policy.quietTime()) < 0) {
        return Judgement.failed(
            LifecycleState.ERROR, "hang: nothing moved yet", HANG, "No progress since the hang");
      }
    }
    switch (state) {
      case ERROR, TERMINATED -> {
        calm = Duration.ZERO;
        return Judgement.of(LifecycleState.RECOVERING, "It answers and is well again");
      }
      case RECOVERING -> {
        calm = quiet ? calm.plus(step) : Duration.ZERO;
        if (!moved && calm.compareTo(policy.quietTime()) < 0) {
          return Judgement.of(LifecycleState.RECOVERING, "Not yet proven by progress");
        }
        return activity(moved ? "Recovered: it moves again" : "Recovered: well and quiet");
      }
      default -> {
        return activity("");
      }
    }
  }

  private Judgement activity(String why) {
    LifecycleState level;
    String reason;
    if (sincePending.compareTo(policy.idleHold()) < 0) {
      level = LifecycleState.PROCESSING_REQUESTS;
      reason = "Requests are in the batch or in the queue";
    } else if (sinceMoved.compareTo(policy.idleHold()) < 0) {
      level = LifecycleState.SERVING;
      reason = "It moves, with nothing in the queue";
    } else {
      level = LifecycleState.READY;
      reason = "Up and idle";
    }
    return Judgement.of(level, why.isEmpty() ? reason : why);
  }

  private @Nullable String formerIncarnation(TargetSignals signals) {
    String found = signals.incarnation();
    if (found == null) {
      return null;
    }
    String former = Objects.equals(found, incarnation) ? null : incarnation;
    incarnation = found;
    return former;
  }

  private boolean moved(TargetSignals signals, boolean restarted) {
    Long found = signals.progress();
    if (found == null) {
      return false;
    }
    boolean moved = !restarted && progress != null && !found.equals(progress);
    if (restarted) {
      forgetStillness();
    }
    progress = found;
    return moved;
  }

  /** An answer holds until another one comes or something disproves it. */
  private void notePause(TargetSignals signals, boolean disproved) {
    paused = sticky(paused, signals.paused(), disproved);
    sleeping = sticky(sleeping, signals.sleeping(), disproved);
  }

  private static boolean sticky(boolean was, Answer answer, boolean disproved) {
    return switch (answer) {
      case YES -> true;
      case NO -> false;
      case UNKNOWN -> was && !disproved;
    };
  }

  private void noteStillness(TargetSignals signals, boolean moved, boolean pending, Duration step) {
    if (moved || signals.workPending() == Answer.NO) {
      forgetStillness();
    } else if (pending && signals.progress() != null) {
      if (wasPending) {
        still = still.plus(step);
      }
      stillScrapes++;
    }
    wasPending = pending;
  }

  private void forgetStillness() {
    still = Duration.ZERO;
    stillScrapes = 0;
    wasPending = false;
  }
}
