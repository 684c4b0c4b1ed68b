package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells of each damage once: at first it is kept for the report of the start. Thread-safe. */
final class DamageLog implements Consumer<MonitorException> {
  private static final int MOST = 10_000;

  private final Path folder;
  private final InstantSource clock;
  private final Set<String> told = new HashSet<>(); // guarded by this
  private final List<Problem> waiting = new ArrayList<>(); // guarded by this
  private @Nullable Consumer<Problem> listener; // guarded by this

  DamageLog(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  synchronized void onDamage(Consumer<Problem> newListener) {
    listener = newListener;
  }

  /** What was found so far and nobody was told. */
  synchronized List<Problem> drain() {
    List<Problem> found = List.copyOf(waiting);
    waiting.clear();
    return found;
  }

  @Override
  public void accept(MonitorException damage) {
    Problem problem;
    Consumer<Problem> receiver;
    synchronized (this) {
      String message = String.valueOf(damage.getMessage());
      if (told.size() >= MOST || !told.add(message)) {
        return;
      }
      problem = problem(subjectOf(message), message);
      receiver = listener;
      if (receiver == null) {
        waiting.add(problem);
        return;
      }
    }
    receiver.accept(problem);
  }

  private String subjectOf(String message) {
    int colon = message.indexOf(": ");
    String path = colon < 0 ? "" : message.substring(0, colon);
    return path.startsWith(folder.toString())
        ? "metrics/" + folder.relativize(Path.of(path))
        : "metrics";
  }

  Problem problem(String subject, String message) {
    Instant now = clock.instant();
    return new Problem(ErrorCode.STORE_DAMAGED, Blame.ENVIRONMENT, subject, message, 1, now, now);
  }
}
