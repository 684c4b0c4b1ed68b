package io.vllmmonitor.persistence.ingest;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.SeriesStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.function.IntSupplier;

/**
 * Takes bodies that others push and stores their samples. A body that cannot be read to its end
 * stores nothing; of one that can, the store judges every sample by the rules of order for pushed
 * samples. When a call returns, what it stored is committed. Called by the HTTP server from many
 * threads; thread-safe.
 */
public final class Ingest {
  private static final int BUDGET_BYTES = 48 << 20;
  private static final int MOST_IDLE = 16;

  /** What one body needs; used by one thread at a time. */
  private static final class Desk {
    private final BodyBuffer buffer;
    private final ExpositionParser parser;

    Desk(Semaphore budget, PageShapes shapes) {
      buffer = new BodyBuffer(budget);
      parser = new ExpositionParser(shapes);
    }
  }

  private final GroupCommitter committer;
  private final InstantSource clock;
  private final IngestMeter meter;
  private final PageShapes shapes = new PageShapes();
  private final KnownSeries known = new KnownSeries();
  private final SeriesLists lists = new SeriesLists();
  private final Semaphore budget = new Semaphore(BUDGET_BYTES / BodyBuffer.UNIT);
  private final ConcurrentLinkedDeque<Desk> idle = new ConcurrentLinkedDeque<>();

  /**
   * @param clock gives the time of samples that bring none
   */
  public Ingest(SeriesStore store, InstantSource clock, IngestMeter meter) {
    this.committer = new GroupCommitter(store);
    this.clock = requireNonNull(clock, "clock");
    this.meter = requireNonNull(meter, "meter");
  }

  /** Reads what the bytes of a body mean. */
  private interface Reading {
    List<SampleBatch> read(Desk desk);
  }

  /**
   * Stores a body of exposition text, Prometheus text format 0.0.4, times in milliseconds.
   *
   * @param in read to its end, not closed
   * @return what became of its samples
   * @throws IOException when the sender fails
   * @throws MonitorException INGEST_MALFORMED_LINE, INGEST_MALFORMED_BODY, INGEST_LIMIT,
   *     HTTP_BODY_TOO_LARGE, HTTP_OVERLOADED or what the store throws; then nothing was stored
   */
  public AppendResult exposition(InputStream in, BodyEncoding encoding, PushDefaults defaults)
      throws IOException {
    return take(
        in,
        encoding,
        desk -> {
          byte[] body = desk.buffer.bytes();
          int length = desk.buffer.length();
          return counted(
              () -> sampleLines(body, length),
              () -> desk.parser.parse(body, length, defaults, clock.millis()));
        });
  }

  /**
   * Stores a remote write 1.0 request; see {@link #exposition}.
   *
   * @param encoding SNAPPY by the protocol
   */
  public AppendResult remoteWrite(InputStream in, BodyEncoding encoding, PushDefaults defaults)
      throws IOException {
    return take(
        in,
        encoding,
        desk -> {
          RemoteWriteDecoder decoder =
              new RemoteWriteDecoder(
                  desk.buffer.bytes(), desk.buffer.length(), defaults, known, lists);
          List<SampleBatch> batches = counted(decoder::samples, decoder::decode);
          ignored("exemplar", decoder.exemplars());
          ignored("histogram", decoder.histograms());
          ignored("metadata", decoder.metadata());
          return batches;
        });
  }

  private AppendResult take(InputStream in, BodyEncoding encoding, Reading reading)
      throws IOException {
    Desk desk = idle.poll();
    if (desk == null) {
      desk = new Desk(budget, shapes);
    }
    try {
      desk.buffer.read(in, encoding);
      return commit(reading.read(desk));
    } finally {
      desk.buffer.release();
      if (idle.size() < MOST_IDLE) {
        idle.push(desk);
      }
    }
  }

  private AppendResult commit(List<SampleBatch> batches) {
    long received = 0;
    for (SampleBatch batch : batches) {
      received += batch.size();
    }
    meter.received(received);
    if (received == 0) {
      return AppendResult.allStored(0);
    }
    AppendResult result;
    try {
      result = committer.append(batches);
    } catch (MonitorException e) {
      meter.rejected(e.code().name(), received);
      throw e;
    } catch (RuntimeException e) {
      meter.rejected(ErrorCode.INTERNAL.name(), received);
      throw e;
    }
    meter.stored(result.stored());
    result.rejected().forEach((reason, count) -> meter.rejected(reason.name(), count));
    return result;
  }

  private interface Parsing {
    List<SampleBatch> parse();
  }

  /** Counts the samples of a body that is refused. */
  private List<SampleBatch> counted(IntSupplier samples, Parsing parsing) {
    try {
      return parsing.parse();
    } catch (MonitorException e) {
      long lost = samples.getAsInt();
      meter.received(lost);
      meter.rejected(e.code().name(), lost);
      throw e;
    }
  }

  private void ignored(String kind, long entries) {
    if (entries > 0) {
      meter.ignored(kind, entries);
    }
  }

  /** Lines that are neither empty nor a comment; of a body that cannot be read, one a sample. */
  private static int sampleLines(byte[] body, int length) {
    int lines = 0;
    boolean begins = true;
    for (int i = 0; i < length; i++) {
      byte c = body[i];
      if (c == '\n') {
        begins = true;
      } else if (begins && c != ' ' && c != '\t' && c != '\r') {
        begins = false;
        lines += c == '#' ? 0 : 1;
      }
    }
    return lines;
  }
}
