package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.SeriesStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings samples into a store, ten minutes at a time: those it has already are left out, of two
 * values at one time the one with the greater raw bits stays. Used once, by one thread.
 */
final class SampleMerge {
  static final String RULE = "the greater raw bits, as unsigned numbers";

  private static final int MOST_BUFFERED = 1_000_000;
  private static final int SAMPLES_AT_ONCE = 50_000;

  private final SeriesStore store;
  private final SliceReader slices;
  private final Tally tally;
  private final boolean dryRun;
  private final ExchangeProgress progress;
  private final List<SeriesData> buffer = new ArrayList<>();
  private long slice;
  private long buffered;

  SampleMerge(SeriesStore store, Tally tally, boolean dryRun, ExchangeProgress progress) {
    this.store = store;
    this.slices = new SliceReader(store);
    this.tally = tally;
    this.dryRun = dryRun;
    this.progress = progress;
  }

  void run(ImportContent content) {
    try (ImportContent.Rows<SeriesData> rows = content.samples()) {
      while (rows.hasNext()) {
        SeriesData data = rows.next();
        long next = ArchiveTime.sliceOf(data.epochMillis(0));
        if (next != slice || buffered + data.size() > MOST_BUFFERED) {
          flush();
          slice = next;
        }
        buffer.add(data);
        buffered += data.size();
      }
      flush();
    }
  }

  private void flush() {
    if (buffer.isEmpty()) {
      return;
    }
    progress.step("importing the samples of " + ArchiveTime.print(buffer.get(0).epochMillis(0)));
    long first = slice * ArchiveTime.SLICE_MILLIS;
    Map<SeriesKey, SeriesData> there = new HashMap<>();
    for (SeriesData data : slices.read(first, first + ArchiveTime.SLICE_MILLIS - 1)) {
      there.put(data.series(), data);
    }
    Map<String, SampleTable> tables = new HashMap<>();
    for (SeriesData data : buffer) {
      String instance = SampleTable.instanceOf(data.series());
      SampleTable table = tables.computeIfAbsent(instance, SampleTable::new);
      compare(data, there.get(data.series()), table);
    }
    if (!dryRun) {
      tables.values().forEach(this::append);
    }
    progress.handled(buffered);
    buffer.clear();
    buffered = 0;
  }

  /** Puts into the table what the store lacks. */
  private void compare(SeriesData data, @Nullable SeriesData there, SampleTable table) {
    if (there == null) {
      tally.added(Tally.SAMPLES, data.size());
      table.add(data);
      return;
    }
    long[] times = new long[data.size()];
    double[] values = new double[data.size()];
    int wanted = 0;
    int at = 0;
    for (int i = 0; i < data.size(); i++) {
      while (at < there.size() && there.epochMillis(at) < data.epochMillis(i)) {
        at++;
      }
      boolean known = at < there.size() && there.epochMillis(at) == data.epochMillis(i);
      if (!known) {
        tally.added(Tally.SAMPLES, 1);
      }
      if (!known || isBetter(data, i, there.value(at))) {
        times[wanted] = data.epochMillis(i);
        values[wanted++] = data.value(i);
      }
    }
    if (wanted > 0) {
      table.add(
          new SeriesData(
              data.series(), Arrays.copyOf(times, wanted), Arrays.copyOf(values, wanted)));
    }
  }

  private boolean isBetter(SeriesData data, int index, double there) {
    long imported = Double.doubleToRawLongBits(data.value(index));
    long known = Double.doubleToRawLongBits(there);
    if (imported == known) {
      tally.same(Tally.SAMPLES, 1);
      return false;
    }
    boolean better = Long.compareUnsigned(imported, known) > 0;
    tally.differs(
        Tally.SAMPLES,
        data.series()
            + " at "
            + ArchiveTime.print(data.epochMillis(index))
            + ": imported "
            + ValueText.print(data.value(index))
            + ", there "
            + ValueText.print(there),
        better,
        RULE);
    return better;
  }

  private void append(SampleTable table) {
    List<SampleBatch> batches = new ArrayList<>();
    int samples = 0;
    while (table.hasNext()) {
      SampleBatch batch = table.next();
      batches.add(batch);
      samples += batch.size();
      if (samples >= SAMPLES_AT_ONCE || !table.hasNext()) {
        AppendResult result = store.append(batches, AppendMode.IMPORTED);
        result.rejected().forEach((reason, count) -> tally.rejectedSamples(reason.name(), count));
        progress.handled(0);
        batches.clear();
        samples = 0;
      }
    }
  }
}
