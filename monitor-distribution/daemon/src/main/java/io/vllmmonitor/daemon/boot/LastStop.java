package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers whether the life before ended in order. A start takes the memory away, an orderly end
 * puts it back, so what a killed daemon leaves behind is nothing.
 */
final class LastStop {
  private static final String EXTENSION = "last-stop";
  private static final String UNIT = "core";
  private static final String RUNNING = "\"\"";

  private LastStop() {}

  /** When the life before ended in order; null when it did not, or there was none. */
  static @Nullable Instant take(History history, Recorder recorder, Instant now) {
    Optional<StateSnapshot> kept = history.state(EXTENSION, UNIT, null);
    write(recorder, RUNNING, now);
    if (kept.isEmpty()) {
      return null;
    }
    try {
      return Instant.parse(kept.get().fields().replace("\"", ""));
    } catch (DateTimeParseException e) {
      return null; // it was running when it ended
    }
  }

  /** Notes an orderly end. */
  static void put(Recorder recorder, Instant now) {
    write(recorder, "\"" + now + "\"", now);
  }

  private static void write(Recorder recorder, String json, Instant now) {
    recorder.write(
        entries -> entries.state(new StateSnapshot(EXTENSION, null, UNIT, "", 1, now, json)));
  }
}
