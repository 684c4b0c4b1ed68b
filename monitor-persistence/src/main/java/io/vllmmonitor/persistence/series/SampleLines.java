package io.vllmmonitor.persistence.series;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.exchange.ValueText;
import io.vllmmonitor.persistence.json.CheckedLine;
import io.vllmmonitor.persistence.json.DamagedLineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The text of samples in lines, bit for bit, and back. Stateless. */
final class SampleLines {
  private SampleLines() {}

  /** One batch of the growing file. */
  static byte[] batch(long number, JournalRow row) {
    return CheckedLine.of(
        out -> {
          out.writeNumberField("number", number);
          out.writeStringField("target", row.target());
          out.writeNumberField("at", row.epochMillis());
          out.writeArrayFieldStart("samples");
          for (int i = 0; i < row.values().length; i++) {
            out.writeStartObject();
            writeKey(row.series().get(i), out);
            out.writeFieldName("value");
            writeValue(row.values()[i], out);
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  /**
   * @param keys gives the one object that stands for equal keys
   * @throws DamagedLineException unless {@link #batch} made it
   */
  static TailRow parseBatch(byte[] line, UnaryOperator<SeriesKey> keys)
      throws DamagedLineException {
    try (JsonParser in = CheckedLine.parse(line)) {
      CheckedLine.field(in, "number");
      long number = in.getLongValue();
      CheckedLine.field(in, "target");
      CheckedLine.field(in, "at");
      long at = in.getLongValue();
      CheckedLine.field(in, "samples");
      List<SeriesKey> series = new ArrayList<>();
      double[] values = new double[64];
      while (in.nextToken() == JsonToken.START_OBJECT) {
        SeriesKey key = keys.apply(parseKey(in));
        CheckedLine.field(in, "value");
        if (series.size() == values.length) {
          values = Arrays.copyOf(values, values.length * 2);
        }
        values[series.size()] = parseValue(in);
        series.add(key);
        CheckedLine.expect(in, JsonToken.END_OBJECT);
      }
      return new TailRow(number, at, series, Arrays.copyOf(values, series.size()));
    } catch (DamagedLineException e) {
      throw e;
    } catch (IOException | NumberFormatException e) {
      throw new DamagedLineException("is malformed: " + e.getMessage(), e);
    }
  }

  /** The newest sample of a series in a sealed file. */
  static byte[] newest(SeriesData data) {
    int last = data.size() - 1;
    return CheckedLine.of(
        out -> {
          writeKey(data.series(), out);
          out.writeNumberField("at", data.epochMillis(last));
          out.writeFieldName("value");
          writeValue(data.value(last), out);
        });
  }

  /** All samples of a series in a sealed file. */
  static byte[] series(SeriesData data) {
    return CheckedLine.of(
        out -> {
          writeKey(data.series(), out);
          out.writeArrayFieldStart("at");
          for (int i = 0; i < data.size(); i++) {
            out.writeNumber(data.epochMillis(i));
          }
          out.writeEndArray();
          out.writeArrayFieldStart("values");
          for (int i = 0; i < data.size(); i++) {
            writeValue(data.value(i), out);
          }
          out.writeEndArray();
        });
  }

  /**
   * What a line of a sealed file behind its head says.
   *
   * @param isNewest whether it is the newest sample of the series only
   * @param samples null when the series is not wanted
   */
  record Sealed(boolean isNewest, @Nullable SeriesLine samples) {}

  /**
   * @throws DamagedLineException unless {@link #newest} or {@link #series} made it
   */
  static Sealed parseSealed(byte[] line, Predicate<SeriesKey> wanted) throws DamagedLineException {
    try (JsonParser in = CheckedLine.parse(line)) {
      SeriesKey key = parseKey(in);
      CheckedLine.field(in, "at");
      boolean isNewest = in.currentToken() != JsonToken.START_ARRAY;
      if (!wanted.test(key)) {
        return new Sealed(isNewest, null);
      }
      long[] times = isNewest ? new long[] {in.getLongValue()} : parseTimes(in);
      CheckedLine.field(in, isNewest ? "value" : "values");
      double[] values = isNewest ? new double[] {parseValue(in)} : parseValues(in, times.length);
      return new Sealed(isNewest, new SeriesLine(key, times, values));
    } catch (DamagedLineException e) {
      throw e;
    } catch (IOException | NumberFormatException e) {
      throw new DamagedLineException("is malformed: " + e.getMessage(), e);
    }
  }

  private static void writeKey(SeriesKey key, JsonGenerator out) throws IOException {
    out.writeStringField("name", key.name());
    out.writeObjectFieldStart("labels");
    for (Map.Entry<String, String> label : key.labels().toMap().entrySet()) {
      out.writeStringField(label.getKey(), label.getValue());
    }
    out.writeEndObject();
  }

  private static SeriesKey parseKey(JsonParser in) throws IOException {
    CheckedLine.field(in, "name");
    String name = in.getText();
    CheckedLine.field(in, "labels");
    Map<String, String> labels = new TreeMap<>();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String label = in.currentName();
      CheckedLine.expect(in, JsonToken.VALUE_STRING);
      labels.put(label, in.getText());
    }
    return new SeriesKey(name, Labels.of(labels));
  }

  private static void writeValue(double value, JsonGenerator out) throws IOException {
    if (ValueText.isNumber(value)) {
      out.writeNumber(ValueText.print(value));
    } else {
      out.writeString(ValueText.print(value));
    }
  }

  /** The checksum was compared, so a number is what was printed. */
  private static double parseValue(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return (double) in.getLongValue();
    }
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      return Double.parseDouble(in.getText());
    }
    if (token == JsonToken.VALUE_STRING) {
      return ValueText.parse(in.getText());
    }
    throw new DamagedLineException("has " + token + " in the place of a value");
  }

  private static long[] parseTimes(JsonParser in) throws IOException {
    long[] times = new long[64];
    int size = 0;
    while (in.nextToken() == JsonToken.VALUE_NUMBER_INT) {
      if (size == times.length) {
        times = Arrays.copyOf(times, size * 2);
      }
      times[size++] = in.getLongValue();
    }
    return Arrays.copyOf(times, size);
  }

  private static double[] parseValues(JsonParser in, int size) throws IOException {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      JsonToken unused = in.nextToken();
      values[i] = parseValue(in);
    }
    CheckedLine.expect(in, JsonToken.END_ARRAY);
    return values;
  }
}
