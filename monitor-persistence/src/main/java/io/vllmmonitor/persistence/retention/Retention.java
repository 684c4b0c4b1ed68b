package io.vllmmonitor.persistence.retention;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.retention.RetentionPlan.PartRemoval;
import io.vllmmonitor.persistence.retention.RetentionPlan.Reason;
import io.vllmmonitor.persistence.retention.RetentionPlan.RecordRemoval;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Forgets old samples, aggregates and records by their configured ages, and the oldest samples
 * early where the store is larger than its cap. Samples go by whole days, aggregates by whole
 * months, at no cost. Called by the daemon every hour, by the verb {@code retention}, from any
 * thread; one run at a time.
 *
 * <p>Never forgotten: what {@link LiveReferences} needs, plugins with their code and state, happy
 * paths. The cap never takes the newest part of samples and of aggregates.
 */
public final class Retention {
  private static final int ROWS_AT_ONCE = 1_000;

  private final SeriesStore series;
  private final RecordStore records;
  private final PersistenceConfig config;
  private final LongSupplier bytes;
  private final Runnable shrink;
  private final InstantSource clock;

  /**
   * @param bytes what the whole store has on the disk, as the size cap counts it
   * @param shrink gives the space of deleted rows back to the disk
   */
  public Retention(
      SeriesStore series,
      RecordStore records,
      PersistenceConfig config,
      LongSupplier bytes,
      Runnable shrink,
      InstantSource clock) {
    this.series = requireNonNull(series, "series");
    this.records = requireNonNull(records, "records");
    this.config = requireNonNull(config, "config");
    this.bytes = requireNonNull(bytes, "bytes");
    this.shrink = requireNonNull(shrink, "shrink");
    this.clock = requireNonNull(clock, "clock");
  }

  /** What would be forgotten now; changes nothing. */
  public synchronized RetentionPlan plan() {
    return sift(names -> {}, (kind, ids) -> ids.size());
  }

  /**
   * Forgets it: samples first, since rows cannot be deleted on a full disk and deleted files make
   * room. A failure in the midst leaves the rest for the next run.
   *
   * @return what was forgotten
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO, STORE_CLOSED, or
   *     STORE_DAMAGED where what must be kept cannot be read
   */
  public synchronized RetentionPlan apply() {
    RetentionPlan done = sift(series::remove, records::delete);
    if (done.rows() > 0) {
      shrink.run();
    }
    return done;
  }

  private interface Rows {
    int take(RecordKind kind, Set<String> ids);
  }

  private RetentionPlan sift(Consumer<Set<String>> samples, Rows work) {
    Instant now = clock.instant();
    LiveReferences live = LiveReferences.in(records);
    List<SeriesPart> parts = series.parts();
    List<PartRemoval> going = new ArrayList<>(tooOld(parts, now));
    long excess = makeRoom(parts, going);
    samples.accept(going.stream().map(part -> part.part().name()).collect(Collectors.toSet()));
    List<RecordRemoval> old = new ArrayList<>();
    for (RecordKind kind : RecordKind.values()) {
      OptionalInt days = daysOf(kind);
      if (days.isPresent()) {
        Instant before = now.minus(Duration.ofDays(days.getAsInt()));
        RecordRemoval removal = sift(kind, before, live, work);
        if (removal.rows() + removal.kept() > 0) {
          old.add(removal);
        }
      }
    }
    return new RetentionPlan(now, going, old, excess);
  }

  /** How long a kind is kept; empty means for ever. */
  private OptionalInt daysOf(RecordKind kind) {
    return switch (kind) {
      case CHECKPOINTS -> OptionalInt.of(config.checkpointRetentionDays());
      case PREDICTIONS -> OptionalInt.of(config.predictionRetentionDays());
      case GUARDRAIL_FIRINGS,
          INCIDENTS,
          MITIGATION_ATTEMPTS,
          LEARNING_DATA,
          PROBLEMS,
          RESTORE_REPORTS,
          AUDIT,
          PLUGIN_TRANSITIONS,
          REHEARSALS ->
          OptionalInt.of(config.recordRetentionDays());
      // Without the samples a verdict cannot be replayed.
      case VERDICTS, STATE_VERSIONS ->
          OptionalInt.of(Math.min(config.recordRetentionDays(), config.metricsRetentionDays()));
      case HAPPY_PATHS, PLUGINS, PLUGIN_STATES -> OptionalInt.empty();
    };
  }

  /** Hands the old rows of a kind over that nothing needs, page by page. */
  private RecordRemoval sift(RecordKind kind, Instant before, LiveReferences live, Rows work) {
    long gone = 0;
    long kept = 0;
    String cursor = null;
    do {
      RecordPage page =
          records.query(new RecordQuery(kind, null, null, before, Map.of(), ROWS_AT_ONCE, cursor));
      Set<String> ids = new HashSet<>();
      for (StoredRecord row : page.records()) {
        if (live.need(row)) {
          kept++;
        } else {
          ids.add(row.id());
        }
      }
      gone += work.take(kind, ids);
      cursor = page.next();
    } while (cursor != null);
    return new RecordRemoval(kind, before, gone, kept);
  }

  private List<PartRemoval> tooOld(List<SeriesPart> parts, Instant now) {
    return parts.stream()
        .filter(part -> !part.to().isAfter(now.minus(ageOf(part))))
        .map(part -> new PartRemoval(part, Reason.AGE))
        .toList();
  }

  private Duration ageOf(SeriesPart part) {
    return switch (part.content()) {
      case SAMPLES -> Duration.ofDays(config.metricsRetentionDays());
      case ROLLUPS -> Duration.ofDays(config.rollupRetentionDays());
    };
  }

  /** Adds the oldest samples, then the oldest aggregates, until the rest is below the cap. */
  private long makeRoom(List<SeriesPart> parts, List<PartRemoval> going) {
    if (config.maxSize() == 0) {
      return 0;
    }
    Set<String> gone = new HashSet<>();
    going.forEach(removal -> gone.add(removal.part().name()));
    long excess =
        bytes.getAsLong()
            - going.stream().mapToLong(removal -> removal.part().bytes()).sum()
            - config.maxSize();
    for (SeriesPart.Content content : SeriesPart.Content.values()) {
      List<SeriesPart> oldestFirst = parts.stream().filter(p -> p.content() == content).toList();
      for (SeriesPart part : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - 1))) {
        if (excess > 0 && gone.add(part.name())) {
          going.add(new PartRemoval(part, Reason.SIZE));
          excess -= part.bytes();
        }
      }
    }
    return Math.max(0, excess);
  }
}
