package io.vllmmonitor.core.outcome;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Keeps ways out of trouble that have worked, under names that people give them. A second incident
 * that ended the same way counts as one more success. Called by commands of people; blocks on the
 * disk. Thread-safe.
 */
public final class HappyPaths {
  private static final int MOST_PATHS = 1_000;
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_DESCRIPTION = 1_000;
  private static final int LONGEST_SHOWN = 100;

  private final History history;
  private final Recorder recorder;
  private final InstantSource clock;
  private final TimeOrderedIds ids;

  public HappyPaths(History history, Recorder recorder, InstantSource clock, TimeOrderedIds ids) {
    this.history = requireNonNull(history, "history");
    this.recorder = requireNonNull(recorder, "recorder");
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
  }

  /**
   * Saves how an incident was ended. Under a name that is taken by a path of the same strategies it
   * is one more success of that path, whose states and references become those of this incident; an
   * incident that the path names already changes nothing.
   *
   * @param description may be empty; then an existing one stays
   * @return the path as it is kept now, durable
   * @throws MonitorException INCIDENT_NOT_FOUND; HAPPY_PATH_REFUSED when the incident is open or no
   *     attempt was measured as its end, when the name belongs to another way, is empty or too
   *     long, when a text holds half a character, or when there are too many paths; STORE_FULL and
   *     STORE_IO
   */
  public synchronized HappyPath save(String incidentId, String name, String description) {
    String called = name.strip();
    checkTexts(called, description);
    Incident incident =
        history
            .incident(incidentId)
            .orElseThrow(
                () ->
                    new MonitorException(
                        ErrorCode.INCIDENT_NOT_FOUND,
                        Blame.OPERATOR,
                        "There is no incident '"
                            + shown(incidentId)
                            + "'; list them with 'history"
                            + " incidents' or at /api/v1/incidents"));
    if (incident.status() != IncidentStatus.CLOSED) {
      throw refused("Incident " + incidentId + " is still open; save its path when it has closed");
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    EndedIncident ended = EndedIncident.read(history, incident);
    if (!ended.hasWorked()) {
      throw refused(
          "Incident "
              + incidentId
              + " has no attempt that was measured as a SUCCESS ("
              + ended.told()
              + "); a happy path needs one");
    }
    List<HappyPath> all =
        Pages.all(HistoryQuery.newest(), query -> history.happyPaths(query, null, null, null));
    Optional<HappyPath> before =
        all.stream().filter(path -> path.name().equals(called)).findFirst();
    HappyPath path =
        before.isPresent()
            ? again(before.get(), ended, description, now)
            : first(all.size(), called, description, ended, now);
    if (before.isEmpty() || !before.get().equals(path)) {
      recorder.write(entries -> entries.happyPath(path));
    }
    return path;
  }

  private static void checkTexts(String name, String description) {
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw refused(
          "The name has "
              + name.length()
              + " characters, expected 1 to "
              + LONGEST_NAME
              + "; give the path a short name");
    }
    if (description.length() > LONGEST_DESCRIPTION) {
      throw refused(
          "The description has "
              + description.length()
              + " characters, the most is "
              + LONGEST_DESCRIPTION);
    }
    // Halves of characters would come back from the disk as others, so that no name is found again.
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name + '\n' + description)) {
      throw refused(
          "The name or the description holds half a character (a lone surrogate), expected whole"
              + " ones; write it anew");
    }
  }

  private static String shown(String incidentId) {
    return incidentId.length() <= LONGEST_SHOWN
        ? incidentId
        : incidentId.substring(0, LONGEST_SHOWN) + "…";
  }

  private HappyPath first(
      int others, String name, String description, EndedIncident ended, Instant now) {
    if (others >= MOST_PATHS) {
      throw refused(
          "There are "
              + others
              + " happy paths, the most is "
              + MOST_PATHS
              + "; save this one under the name of one that it resembles");
    }
    return ended.path(ids.next(), name, description, now);
  }

  private static HappyPath again(
      HappyPath before, EndedIncident ended, String description, Instant now) {
    HappyPath latest =
        ended.path(
            before.id(),
            before.name(),
            description.isEmpty() ? before.description() : description,
            now);
    if (before.incidents().containsAll(latest.incidents())) {
      return before;
    }
    if (!before.strategies().equals(latest.strategies())) {
      throw refused(
          "The name '"
              + before.name()
              + "' belongs to the path of "
              + before.strategies()
              + ", this incident ended by "
              + latest.strategies()
              + "; choose another name");
    }
    return PathCounts.together(before, latest);
  }

  private static MonitorException refused(String message) {
    return new MonitorException(ErrorCode.HAPPY_PATH_REFUSED, Blame.OPERATOR, message);
  }
}
