package io.vllmmonitor.core.audit;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Writes down who did what, when it has ended. An entry that cannot be stored does not undo what
 * was done: it is a problem, and the log has it. What is very long is cut visibly. Called from the
 * threads that do the work; blocks on the disk. Thread-safe.
 */
public final class AuditLog {
  private static final int LONGEST_DETAIL = 2_000;
  private static final int LONGEST_SUBJECT = 500; // a list of entries must fit into an answer
  private static final String CUT = " … (cut)";

  private final InstantSource clock;
  private final TimeOrderedIds ids;
  private final Recorder recorder;
  private final Problems problems;

  /**
   * @param problems hears of entries that could not be stored
   */
  public AuditLog(InstantSource clock, TimeOrderedIds ids, Recorder recorder, Problems problems) {
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
    this.recorder = requireNonNull(recorder, "recorder");
    this.problems = requireNonNull(problems, "problems");
  }

  /**
   * Does the work and notes how it ended.
   *
   * @param facts what is worth keeping of the result, by name
   * @return what the work gives; what it throws is passed on
   */
  public <T> T around(Deed deed, Supplier<T> work, Function<T, Map<String, String>> facts) {
    T result;
    try {
      result = work.get();
    } catch (RuntimeException | Error e) {
      failed(deed, e);
      throw e;
    }
    done(deed, facts.apply(result));
    return result;
  }

  /** Notes that it succeeded, with the facts as its detail. */
  public void done(Deed deed, Map<String, String> facts) {
    String detail =
        new TreeMap<>(facts)
            .entrySet().stream()
                .map(fact -> fact.getKey() + " " + fact.getValue())
                .collect(Collectors.joining(", "));
    AuditEntry.Result result = deed.dryRun() ? AuditEntry.Result.DRY_RUN : AuditEntry.Result.DONE;
    write(deed, result, detail, facts);
  }

  /** Notes that it did not succeed: refused when the one who asked is to blame, else failed. */
  public void failed(Deed deed, Throwable failure) {
    if (failure instanceof MonitorException coded) {
      boolean refused = coded.blame() == Blame.OPERATOR;
      write(
          deed,
          refused ? AuditEntry.Result.REFUSED : AuditEntry.Result.FAILED,
          coded.describe(),
          Map.of("code", coded.code().label()));
    } else {
      write(deed, AuditEntry.Result.FAILED, failure.toString(), Map.of());
    }
  }

  private void write(
      Deed deed, AuditEntry.Result result, String detail, Map<String, String> values) {
    AuditEntry entry =
        new AuditEntry(
            ids.next(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            deed.actor(),
            deed.action(),
            shortened(deed.subject(), LONGEST_SUBJECT),
            deed.target(),
            result,
            shortened(detail, LONGEST_DETAIL),
            values);
    try {
      recorder.write(entries -> entries.audit(entry));
    } catch (MonitorException e) {
      problems.note(
          "audit",
          new MonitorException(
              e.code(),
              e.blame(),
              entry.action()
                  + " of "
                  + entry.subject()
                  + " by "
                  + entry.actor()
                  + " ("
                  + entry.result()
                  + ") could not be written into the audit: "
                  + e.getMessage(),
              e));
    }
  }

  private static String shortened(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = most - CUT.length();
    boolean halves = Character.isHighSurrogate(text.charAt(end - 1));
    return text.substring(0, halves ? end - 1 : end) + CUT;
  }
}
