package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.store.StoredRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Copies everything of one store into an empty one of whatever form, and compares both bit for bit
 * afterwards. Called by whoever converts a store, while nobody else uses either; used once, by one
 * thread.
 *
 * <p>Aggregates of samples are not copied: the other store makes its own of the samples. Those
 * whose samples were forgotten already are counted as left.
 */
public final class StoreCopy {
  private static final int SAMPLES_AT_ONCE = 50_000;
  private static final long OLDEST = Long.MIN_VALUE / 2;
  private static final long NEWEST = Long.MAX_VALUE / 2;

  private final ExchangeStores from;
  private final ExchangeStores to;
  private final ExchangeProgress progress;

  /**
   * @param to has neither samples nor rows nor blobs
   */
  public StoreCopy(ExchangeStores from, ExchangeStores to, ExchangeProgress progress) {
    this.from = requireNonNull(from, "from");
    this.to = requireNonNull(to, "to");
    this.progress = requireNonNull(progress, "progress");
  }

  /**
   * What was copied.
   *
   * @param aggregatesLeft months of aggregates that begin before the oldest sample: what they tell
   *     of samples that were forgotten is not in the copy
   */
  public record Copied(long samples, long rows, long blobs, int aggregatesLeft) {}

  /**
   * Copies and compares.
   *
   * @throws MonitorException STORE_FULL, STORE_IO; STORE_DAMAGED where a row or a blob cannot be
   *     read; INTERNAL where the copy is not equal; then the copy is to be thrown away
   */
  public Copied run() {
    long blobs = copyBlobs();
    long samples = copySamples();
    long rows = copyRows();
    to.series().flush();
    compareSamples();
    compareRows();
    return new Copied(samples, rows, blobs, aggregatesLeft());
  }

  private long copyBlobs() {
    progress.step("copying blobs");
    List<String> hashes = from.blobs().hashes();
    for (String hash : hashes) {
      String copied = to.blobs().put(from.blobs().get(hash));
      if (!copied.equals(hash)) {
        throw differs("blob " + hash, hash, copied);
      }
      progress.handled(1);
    }
    return hashes.size();
  }

  private long copySamples() {
    long samples = 0;
    Slices slices = new Slices(from.series(), "copying");
    while (slices.hasNext()) {
      List<SeriesData> slice = slices.next();
      Map<String, SampleTable> tables = new HashMap<>();
      for (SeriesData data : slice) {
        tables.computeIfAbsent(SampleTable.instanceOf(data.series()), SampleTable::new).add(data);
        samples += data.size();
      }
      tables.values().forEach(this::append);
    }
    return samples;
  }

  private void append(SampleTable table) {
    List<SampleBatch> batches = new ArrayList<>();
    int samples = 0;
    while (table.hasNext()) {
      SampleBatch batch = table.next();
      batches.add(batch);
      samples += batch.size();
      if (samples >= SAMPLES_AT_ONCE || !table.hasNext()) {
        AppendResult result = to.series().append(batches, AppendMode.IMPORTED);
        if (!result.rejected().isEmpty()) {
          throw differs("rejected samples", "none", result.rejected().toString());
        }
        progress.handled(samples);
        batches.clear();
        samples = 0;
      }
    }
  }

  private long copyRows() {
    progress.step("copying records");
    Iterator<StoredRecord> rows = rows(from.records());
    to.records().replace(Set.of(RecordKind.values()), rows);
    long copied = 0;
    for (RecordKind kind : RecordKind.values()) {
      copied += to.records().count(kind);
    }
    progress.handled(copied);
    return copied;
  }

  private static Iterator<StoredRecord> rows(RecordStore store) {
    Iterator<RecordKind> kinds = List.of(RecordKind.values()).iterator();
    return new Iterator<>() {
      private Iterator<StoredRecord> pages = new RecordPages(store, kinds.next());

      @Override
      public boolean hasNext() {
        while (!pages.hasNext() && kinds.hasNext()) {
          pages = new RecordPages(store, kinds.next());
        }
        return pages.hasNext();
      }

      @Override
      public StoredRecord next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return pages.next();
      }
    };
  }

  private void compareSamples() {
    Slices ours = new Slices(from.series(), "comparing");
    Slices theirs = new Slices(to.series(), "comparing");
    while (ours.hasNext()) {
      List<SeriesData> expected = ours.next();
      List<SeriesData> found = theirs.hasNext() ? theirs.next() : List.of();
      if (!isSame(expected, found)) {
        throw differs(
            "the samples from " + ArchiveTime.print(expected.get(0).epochMillis(0)),
            expected.size() + " series",
            found.size() + " series, or other values");
      }
    }
    if (theirs.hasNext()) {
      throw differs("the samples at the end", "no more", "more");
    }
  }

  private static boolean isSame(List<SeriesData> one, List<SeriesData> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (!isSame(one.get(i), other.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSame(SeriesData one, SeriesData other) {
    if (one.size() != other.size() || !one.series().equals(other.series())) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (one.epochMillis(i) != other.epochMillis(i)
          || Double.doubleToRawLongBits(one.value(i))
              != Double.doubleToRawLongBits(other.value(i))) {
        return false;
      }
    }
    return true;
  }

  private void compareRows() {
    progress.step("comparing records");
    Iterator<StoredRecord> ours = rows(from.records());
    Iterator<StoredRecord> theirs = rows(to.records());
    while (ours.hasNext()) {
      StoredRecord expected = ours.next();
      if (!theirs.hasNext() || !theirs.next().equals(expected)) {
        throw differs(
            "the row " + expected.id() + " of " + expected.kind().table(), "it", "another");
      }
      progress.handled(1);
    }
    if (theirs.hasNext()) {
      throw differs("records", "no more", "more");
    }
  }

  private int aggregatesLeft() {
    List<SeriesPart> parts = from.series().parts();
    Instant oldest =
        parts.stream()
            .filter(part -> part.content() == SeriesPart.Content.SAMPLES)
            .map(SeriesPart::from)
            .min(Comparator.naturalOrder())
            .orElse(Instant.MAX);
    return (int)
        parts.stream()
            .filter(part -> part.content() == SeriesPart.Content.ROLLUPS)
            .filter(part -> part.from().isBefore(oldest))
            .count();
  }

  private static MonitorException differs(String what, String expected, String found) {
    return new MonitorException(
        ErrorCode.INTERNAL,
        Blame.MONITOR,
        "The copy of the store differs in "
            + what
            + ": expected "
            + expected
            + ", found "
            + found
            + "; nothing was changed. Run 'vllm-monitor verify', and report this");
  }

  /**
   * All samples of a store, ten minutes at a time, series sorted; stretches without any left out.
   */
  private final class Slices implements Iterator<List<SeriesData>> {
    private final SliceReader reader;
    private final String what;
    private final Iterator<Long> days;
    private long next = 1;
    private long end;
    private List<SeriesData> ahead = List.of();

    /**
     * @param what is done with them, for people
     */
    Slices(SeriesStore store, String what) {
      this.reader = new SliceReader(store);
      this.what = what;
      this.days = reader.days(OLDEST, NEWEST).iterator();
    }

    @Override
    public boolean hasNext() {
      while (ahead.isEmpty()) {
        if (next > end) {
          if (!days.hasNext()) {
            return false;
          }
          next = days.next() * ArchiveTime.DAY_MILLIS;
          end = next + ArchiveTime.DAY_MILLIS - 1;
        }
        progress.step(what + " the samples of " + ArchiveTime.print(next));
        ahead = reader.read(next, next + ArchiveTime.SLICE_MILLIS - 1);
        next += ArchiveTime.SLICE_MILLIS;
      }
      return true;
    }

    @Override
    public List<SeriesData> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      List<SeriesData> slice = ahead;
      ahead = List.of();
      return slice;
    }
  }
}
