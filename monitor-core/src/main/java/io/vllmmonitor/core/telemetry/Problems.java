package io.vllmmonitor.core.telemetry;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.Recorder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that went wrong while the rest went on. The same code about the same subject is one
 * problem: logged and stored when it is new and then at most once a minute, counted always.
 * Thread-safe.
 */
public final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);
  private static final Duration STORE_EVERY = Duration.ofMinutes(1);
  private static final int MOST = 1_000;

  private final InstantSource clock;
  private final Recorder recorder;
  private final Object lock = new Object();
  private final Map<Identity, Problem> open = new HashMap<>();
  private final Map<Identity, Instant> storedAt = new HashMap<>();
  private long dropped;

  private record Identity(ErrorCode code, String subject) {}

  public Problems(InstantSource clock, Recorder recorder) {
    this.clock = requireNonNull(clock, "clock");
    this.recorder = requireNonNull(recorder, "recorder");
  }

  /**
   * Notes a failure about a subject. Only its text is kept, never the exception, which could hold
   * on to a plugin.
   */
  public void note(String subject, MonitorException failure) {
    note(failure.code(), failure.blame(), subject, String.valueOf(failure.getMessage()));
  }

  /** Notes a failure about a subject. */
  public void note(ErrorCode code, Blame blame, String subject, String message) {
    Identity identity = new Identity(code, subject);
    Problem problem;
    boolean store;
    synchronized (lock) {
      Instant now = clock.instant();
      Problem before = open.get(identity);
      if (before == null && open.size() >= MOST) {
        dropped++;
        return;
      }
      problem =
          before == null
              ? new Problem(code, blame, subject, message, 1, now, now)
              : new Problem(
                  code, blame, subject, message, before.count() + 1, before.firstAt(), now);
      open.put(identity, problem);
      Instant last = storedAt.get(identity);
      store = last == null || !now.isBefore(last.plus(STORE_EVERY));
      if (store) {
        storedAt.put(identity, now);
      }
    }
    if (store) {
      log.warn("{} {}: {} ({})", code.label(), code, message, subject);
      keep(problem);
    }
  }

  /** Forgets the problems of a subject that is well again; the history keeps them. */
  public void clear(String subject) {
    synchronized (lock) {
      open.keySet().removeIf(identity -> identity.subject().equals(subject));
      storedAt.keySet().removeIf(identity -> identity.subject().equals(subject));
    }
  }

  /** Forgets one problem of a subject that is well again; the history keeps it. */
  public void clear(ErrorCode code, String subject) {
    synchronized (lock) {
      open.remove(new Identity(code, subject));
      storedAt.remove(new Identity(code, subject));
    }
  }

  /** The problems that stand, the most recent first. */
  public List<Problem> open() {
    synchronized (lock) {
      return open.values().stream()
          .sorted(Comparator.comparing(Problem::lastAt).reversed())
          .toList();
    }
  }

  /** How many problems were not kept because {@value #MOST} stood already. */
  public long dropped() {
    synchronized (lock) {
      return dropped;
    }
  }

  private void keep(Problem problem) {
    try {
      recorder.write(entries -> entries.problem(problem));
    } catch (MonitorException e) {
      // It stays visible among the open problems; a store that cannot be written reports itself
      // elsewhere.
      log.warn("Problem {} could not be stored: {}", problem.code().label(), e.getMessage());
    }
  }
}
