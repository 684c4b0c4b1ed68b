package io.vllmmonitor.core.guardrail;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictKind;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.extension.StateFields;
import io.vllmmonitor.core.extension.UnitConfiguration;
import io.vllmmonitor.core.identity.ContentHash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Picks the verdicts that are kept for replay: whenever a guardrail answers another kind than
 * before or its firing begins or clears, and the first of every ten minutes. They wait here for the
 * next transaction, which a firing opens at once and the saving of states within 30 s; a crash
 * loses what waits. Confined to the target's thread.
 */
final class VerdictLog {
  private static final Duration PERIOD = Duration.ofMinutes(10);

  /**
   * How long a configuration counts as written. Its entry is dated as much ahead, so that it is
   * kept at least as long as any verdict that names it.
   */
  private static final Duration CONFIGURATION_PERIOD = Duration.ofHours(1);

  /** What waits while the store refuses; beyond that the oldest goes. */
  private static final int MOST_WAITING = 1_000;

  private final Target target;
  private final Supplier<String> ids;
  private final Map<String, Last> lasts = new HashMap<>();

  /** The instances whose state cannot be read, by guardrail. */
  private final Map<String, Guardrail> unreadable = new HashMap<>();

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long dropped;

  /** Until when the stored configurations count as written, by hash. */
  private final Map<String, Instant> configurations = new HashMap<>();

  /** What the transaction that runs adds to them. */
  private final Map<String, Instant> writing = new HashMap<>();

  /** What was kept of a guardrail last. */
  private record Last(VerdictKind kind, String codeHash, long period) {}

  private record Waiting(
      VerdictRecord verdict, @Nullable StateVersion state, UnitConfiguration configuration) {}

  /**
   * The state of an instance before a call.
   *
   * @param fields null when it could not be read
   */
  record Before(@Nullable StateFields fields, int version) {
    private static final Before UNREADABLE = new Before(null, 0);

    static Before of(Guardrail guardrail, boolean readable) {
      if (!readable) {
        return UNREADABLE;
      }
      StateFields fields = new StateFields();
      try {
        guardrail.saveState(fields);
        return new Before(fields, fields.isEmpty() ? 0 : guardrail.stateVersion());
      } catch (Throwable thrown) {
        // Saving the state meets the same failure and reports it; here it only cannot be replayed.
        return UNREADABLE;
      }
    }
  }

  VerdictLog(Target target, Supplier<String> ids) {
    this.target = target;
    this.ids = ids;
  }

  /** Reads the state of an instance before it is asked; once it failed to, never again. */
  Before before(Watch watch) {
    Guardrail guardrail = watch.guardrail();
    Before before = Before.of(guardrail, guardrail != unreadable.get(watch.id()));
    if (before.fields() == null) {
      unreadable.put(watch.id(), guardrail);
    }
    return before;
  }

  /**
   * Takes a verdict in.
   *
   * @param evaluation the one that it came from
   * @param firing what the view answered
   * @param oldest what the view could see first
   * @param decides whether a firing begins or clears with it
   */
  void seen(
      Watch watch,
      Judgement judgement,
      Evaluation evaluation,
      Before before,
      boolean firing,
      Instant oldest,
      boolean decides) {
    Instant at = evaluation.at();
    VerdictKind kind = VerdictKind.of(judgement.verdict());
    long period = Math.floorDiv(at.toEpochMilli(), PERIOD.toMillis());
    Last last = lasts.get(watch.id());
    Last now = new Last(kind, watch.codeHash(), period);
    if (now.equals(last) && !decides) {
      return;
    }
    lasts.put(watch.id(), now);
    StateVersion state = stateOf(before, at);
    add(
        new Waiting(
            new VerdictRecord(
                ids.get(),
                target.id(),
                at,
                watch.id(),
                watch.unit(),
                watch.codeHash(),
                kind,
                severity(judgement.verdict()),
                reason(judgement.verdict()),
                firing,
                state == null ? (isEmpty(before) ? "" : null) : state.hash(),
                before.version(),
                oldest,
                target.scrapeInterval(),
                watch.evaluations(),
                evaluation.seed(),
                watch.configuration().hash()),
            state,
            watch.configuration()));
  }

  private void add(Waiting verdict) {
    if (waiting.size() >= MOST_WAITING) {
      waiting.remove();
      dropped++;
    }
    waiting.add(verdict);
  }

  private static boolean isEmpty(Before before) {
    StateFields fields = before.fields();
    return fields != null && fields.isEmpty();
  }

  private static @Nullable StateVersion stateOf(Before before, Instant at) {
    StateFields fields = before.fields();
    if (fields == null || fields.isEmpty()) {
      return null;
    }
    try {
      String json = fields.json();
      return new StateVersion(ContentHash.of(json.getBytes(UTF_8)), at, json);
    } catch (MonitorException e) {
      return null; // too large to be kept, which the saving of states reports
    }
  }

  private static @Nullable Severity severity(Verdict verdict) {
    return verdict.match(pass -> null, Verdict.Breach::severity, unknown -> null);
  }

  private static String reason(Verdict verdict) {
    return verdict.match(pass -> "", Verdict.Breach::reason, Verdict.Unknown::missing);
  }

  /** Forgets a guardrail that is gone; what waits of it stays. */
  void forget(String guardrail) {
    lasts.remove(guardrail);
    unreadable.remove(guardrail);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** How many verdicts were given up because the store refused for long. */
  long dropped() {
    return dropped;
  }

  /** Puts everything that waits into a transaction. */
  void writeTo(Recorder.Entries out) {
    writing.clear(); // a store that tries again starts over
    for (Waiting one : List.copyOf(waiting)) {
      writeConfiguration(one, out);
      StateVersion state = one.state();
      if (state != null) {
        out.stateVersion(state);
      }
      out.verdict(one.verdict());
    }
  }

  /** Writes a configuration where it was not written lately. */
  private void writeConfiguration(Waiting one, Recorder.Entries out) {
    UnitConfiguration configuration = one.configuration();
    String hash = configuration.hash();
    Instant at = one.verdict().at();
    configurations.values().removeIf(at::isAfter);
    Instant known = writing.get(hash);
    if (known == null) {
      known = configurations.get(hash);
    }
    if (hash.isEmpty() || (known != null && !at.isAfter(known))) {
      return;
    }
    Instant until = at.plus(CONFIGURATION_PERIOD);
    writing.put(hash, until);
    out.stateVersion(new StateVersion(hash, until, configuration.json()));
  }

  /** That transaction is durable. */
  void written() {
    waiting.clear();
    configurations.putAll(writing);
    writing.clear();
  }
}
