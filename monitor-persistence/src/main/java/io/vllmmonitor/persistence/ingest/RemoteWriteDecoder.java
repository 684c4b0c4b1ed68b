package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.ingest.KnownSeries.Entry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reads Prometheus' remote write 1.0 requests, unpacked: {@code prometheus.WriteRequest} of
 * prometheus/prometheus, prompb/remote.proto. Samples are taken bit for bit, stale markers
 * included. Exemplars, native histograms and metadata are counted and passed over. Made for one
 * request.
 */
final class RemoteWriteDecoder {
  private static final int TIME_SERIES = 1 << 3 | ProtoReader.BYTES;
  private static final int METADATA = 3 << 3 | ProtoReader.BYTES;
  private static final int LABEL = 1 << 3 | ProtoReader.BYTES;
  private static final int SAMPLE = 2 << 3 | ProtoReader.BYTES;
  private static final int EXEMPLAR = 3 << 3 | ProtoReader.BYTES;
  private static final int HISTOGRAM = 4 << 3 | ProtoReader.BYTES;
  private static final int NAME = 1 << 3 | ProtoReader.BYTES;
  private static final int TEXT = 2 << 3 | ProtoReader.BYTES;
  private static final int VALUE = 1 << 3 | ProtoReader.FIXED64;
  private static final int TIMESTAMP = 2 << 3 | ProtoReader.VARINT;
  private static final byte[] METRIC_NAME = "__name__".getBytes(StandardCharsets.UTF_8);

  private final byte[] body;
  private final ProtoReader in;
  private final PushDefaults defaults;
  private final KnownSeries known;
  private final PushedBatches batches;
  private final BodyDays days = new BodyDays();
  private int samples;
  private int newSeries;
  private long exemplars;
  private long histograms;
  private long metadata;

  // The samples of the series at hand.
  private long[] times = new long[4];
  private double[] values = new double[4];
  private int count;

  RemoteWriteDecoder(
      byte[] body, int length, PushDefaults defaults, KnownSeries known, SeriesLists lists) {
    this.body = body;
    this.in = new ProtoReader(body, length);
    this.defaults = defaults;
    this.known = known;
    this.batches = new PushedBatches(lists);
  }

  /**
   * Reads it all.
   *
   * @throws MonitorException INGEST_MALFORMED_BODY or INGEST_LIMIT
   */
  List<SampleBatch> decode() {
    while (in.hasNext()) {
      int tag = in.tag();
      if (tag == TIME_SERIES) {
        int outer = in.enter();
        timeSeries();
        in.leave(outer);
      } else {
        metadata += tag == METADATA ? 1 : 0;
        in.skip(tag);
      }
    }
    return batches.finish();
  }

  /** Samples that were read so far. */
  int samples() {
    return samples;
  }

  long exemplars() {
    return exemplars;
  }

  long histograms() {
    return histograms;
  }

  long metadata() {
    return metadata;
  }

  private void timeSeries() {
    int from = in.at();
    int labelsEnd = from;
    boolean scattered = false;
    count = 0;
    while (in.hasNext()) {
      int start = in.at();
      int tag = in.tag();
      if (tag == SAMPLE) {
        int outer = in.enter();
        sample();
        in.leave(outer);
        continue;
      }
      in.skip(tag);
      if (tag == LABEL) {
        scattered |= start != labelsEnd;
        labelsEnd = in.at();
      }
      exemplars += tag == EXEMPLAR ? 1 : 0;
      histograms += tag == HISTOGRAM ? 1 : 0;
    }
    int to = in.at();
    Entry entry =
        scattered
            ? parse(from, to)
            : known.get(defaults, new Spelling(body, from, labelsEnd), () -> parse(from, to));
    for (int i = 0; i < count; i++) {
      batches.add(entry.target(), entry.key(), times[i], values[i]);
    }
  }

  private void sample() {
    double value = 0;
    long time = 0;
    while (in.hasNext()) {
      int tag = in.tag();
      if (tag == VALUE) {
        value = Double.longBitsToDouble(in.fixed64());
      } else if (tag == TIMESTAMP) {
        time = in.varint();
      } else {
        in.skip(tag);
      }
    }
    if (++samples > IngestLimits.SAMPLES) {
      throw overLimit("at most " + IngestLimits.SAMPLES + " samples in a request");
    }
    if (time < 0) {
      throw overLimit("a time since 1970, found " + time + " ms");
    }
    if (!days.admit(time)) {
      throw overLimit("samples of at most " + IngestLimits.DAYS + " days in a request");
    }
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
      values = Arrays.copyOf(values, 2 * count);
    }
    times[count] = time;
    values[count++] = value;
  }

  /** Reads the labels of a series letter by letter; the reader is where it was afterwards. */
  private Entry parse(int from, int to) {
    if (++newSeries > IngestLimits.NEW_SERIES) {
      throw overLimit("at most " + IngestLimits.NEW_SERIES + " new series in a request");
    }
    PushedSeries series = new PushedSeries(defaults);
    in.goTo(from);
    try {
      while (in.hasNext()) {
        int tag = in.tag();
        if (tag == LABEL) {
          int outer = in.enter();
          label(series);
          in.leave(outer);
        } else {
          in.skip(tag);
        }
      }
      SeriesKey key = series.key();
      String instance = Objects.requireNonNull(key.labels().get("instance"), "instance");
      return new Entry(key, new TargetId(instance));
    } catch (PushedSeries.OverLimit e) {
      throw overLimit(e.getMessage());
    } catch (PushedSeries.Invalid e) {
      throw in.malformed(e.getMessage());
    } finally {
      in.goTo(to);
    }
  }

  private void label(PushedSeries into) {
    byte[] name = {};
    byte[] text = {};
    while (in.hasNext()) {
      int tag = in.tag();
      if (tag == NAME) {
        name = in.bytes();
      } else if (tag == TEXT) {
        text = in.bytes();
      } else {
        in.skip(tag);
      }
    }
    if (Arrays.equals(name, METRIC_NAME)) {
      into.name(text);
    } else {
      into.label(name, text);
    }
  }

  private MonitorException overLimit(String expected) {
    return in.refused(ErrorCode.INGEST_LIMIT, expected);
  }
}
