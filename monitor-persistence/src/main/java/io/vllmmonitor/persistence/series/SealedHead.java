package io.vllmmonitor.persistence.series;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.persistence.json.CheckedLine;
import io.vllmmonitor.persistence.json.DamagedLineException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The first line of a sealed file. Immutable.
 *
 * @param from time of the oldest sample, milliseconds since 1970
 * @param to time of the newest sample
 * @param series how many there are
 * @param samples of all series
 */
record SealedHead(long from, long to, long series, long samples) {
  private static final String FORMAT = "vllm-monitor-samples";
  private static final int VERSION = 1;

  static SealedHead of(List<SeriesData> all) {
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    long samples = 0;
    for (SeriesData data : all) {
      from = Math.min(from, data.epochMillis(0));
      to = Math.max(to, data.epochMillis(data.size() - 1));
      samples += data.size();
    }
    return new SealedHead(from, to, all.size(), samples);
  }

  byte[] toLine() {
    return CheckedLine.of(this::write);
  }

  private void write(JsonGenerator out) throws IOException {
    out.writeStringField("format", FORMAT);
    out.writeNumberField("version", VERSION);
    out.writeNumberField("from", from);
    out.writeNumberField("to", to);
    out.writeNumberField("series", series);
    out.writeNumberField("samples", samples);
  }

  /**
   * @throws DamagedLineException unless {@link #toLine} made it
   * @throws MonitorException STORE_NEWER when a later version made it
   */
  static SealedHead parse(Path file, byte[] line) throws DamagedLineException {
    try (JsonParser in = CheckedLine.parse(line)) {
      CheckedLine.field(in, "format");
      if (!FORMAT.equals(in.getText())) {
        throw new DamagedLineException("is no head of samples");
      }
      CheckedLine.field(in, "version");
      if (in.getIntValue() > VERSION) {
        throw new MonitorException(
            ErrorCode.STORE_NEWER,
            Blame.OPERATOR,
            file
                + " has version "
                + in.getIntValue()
                + ", expected "
                + VERSION
                + "; use the program that wrote it or a later one");
      }
      CheckedLine.field(in, "from");
      long from = in.getLongValue();
      CheckedLine.field(in, "to");
      long to = in.getLongValue();
      CheckedLine.field(in, "series");
      long series = in.getLongValue();
      CheckedLine.field(in, "samples");
      return new SealedHead(from, to, series, in.getLongValue());
    } catch (DamagedLineException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedLineException("is malformed: " + e.getMessage(), e);
    }
  }
}
