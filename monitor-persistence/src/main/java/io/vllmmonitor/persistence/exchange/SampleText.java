package io.vllmmonitor.persistence.exchange;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.IOException;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one series within ten minutes as one row of JSON lines; one sample as one row of CSV.
 */
final class SampleText {
  static final String CSV_HEADER = "at,name,labels,value";
  private static final int CSV_FIELDS = 4;

  private SampleText() {}

  static String json(SeriesData data) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = ArchiveJson.FACTORY.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("name", data.series().name());
      out.writeFieldName("labels");
      writeLabels(data.series().labels(), out);
      out.writeArrayFieldStart("at");
      for (int i = 0; i < data.size(); i++) {
        out.writeNumber(data.epochMillis(i));
      }
      out.writeEndArray();
      out.writeArrayFieldStart("values");
      for (int i = 0; i < data.size(); i++) {
        String value = ValueText.print(data.value(i));
        if (ValueText.isNumber(data.value(i))) {
          out.writeNumber(value);
        } else {
          out.writeString(value);
        }
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    return text.toString();
  }

  private static void writeLabels(Labels labels, JsonGenerator out) throws IOException {
    out.writeStartObject();
    for (Map.Entry<String, String> label : labels.toMap().entrySet()) {
      out.writeStringField(label.getKey(), label.getValue());
    }
    out.writeEndObject();
  }

  /**
   * @throws IOException when the row is malformed; the message says how
   */
  static SeriesData parseJson(String line) throws IOException {
    try (JsonParser in = ArchiveJson.FACTORY.createParser(line)) {
      require(in.nextToken() == JsonToken.START_OBJECT, "an object is missing");
      field(in, "name");
      require(in.currentToken() == JsonToken.VALUE_STRING, "'name' is no text");
      String name = in.getText();
      field(in, "labels");
      Labels labels = labels(in);
      field(in, "at");
      long[] times = times(in);
      field(in, "values");
      double[] values = values(in, times.length);
      require(in.nextToken() == JsonToken.END_OBJECT, "it has more keys than four");
      require(in.nextToken() == null, "something follows the object");
      return new SeriesData(new SeriesKey(name, labels), times, values);
    } catch (NumberFormatException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static void field(JsonParser in, String name) throws IOException {
    require(
        in.nextToken() == JsonToken.FIELD_NAME && in.currentName().equals(name),
        "expected the key '" + name + "'");
    in.nextToken();
  }

  private static Labels labels(JsonParser in) throws IOException {
    require(in.currentToken() == JsonToken.START_OBJECT, "'labels' is no object");
    Map<String, String> labels = new TreeMap<>();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      require(in.nextToken() == JsonToken.VALUE_STRING, "a label is no text");
      require(!in.getText().isEmpty(), "a label is empty");
      labels.put(name, in.getText());
    }
    return Labels.of(labels);
  }

  private static long[] times(JsonParser in) throws IOException {
    require(in.currentToken() == JsonToken.START_ARRAY, "'at' is no array");
    long[] times = new long[64];
    int size = 0;
    while (in.nextToken() != JsonToken.END_ARRAY) {
      require(in.currentToken() == JsonToken.VALUE_NUMBER_INT, "a time is no whole number");
      require(size < ArchiveTime.SLICE_MILLIS, "it has more samples than there are milliseconds");
      if (size == times.length) {
        times = Arrays.copyOf(times, size * 2);
      }
      times[size++] = in.getLongValue();
    }
    return Arrays.copyOf(times, size);
  }

  private static double[] values(JsonParser in, int size) throws IOException {
    require(in.currentToken() == JsonToken.START_ARRAY, "'values' is no array");
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      JsonToken token = in.nextToken();
      require(token != null && token.isScalarValue(), "there are fewer values than times");
      values[i] = ValueText.parse(in.getText());
    }
    require(in.nextToken() == JsonToken.END_ARRAY, "there are more values than times");
    return values;
  }

  /** The rows of one series, without the last line feed; no header. */
  static String csv(SeriesData data) throws IOException {
    StringWriter labels = new StringWriter();
    try (JsonGenerator out = ArchiveJson.FACTORY.createGenerator(labels)) {
      writeLabels(data.series().labels(), out);
    }
    String series = Csv.print(List.of(data.series().name(), labels.toString()));
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < data.size(); i++) {
      rows.append(i == 0 ? "" : "\n")
          .append(ArchiveTime.print(data.epochMillis(i)))
          .append(',')
          .append(series)
          .append(',')
          .append(ValueText.print(data.value(i)));
    }
    return rows.toString();
  }

  /** One sample; its series has one sample. */
  static SeriesData parseCsv(String row) throws IOException {
    List<@Nullable String> fields = Csv.parse(row);
    require(
        fields.size() == CSV_FIELDS, "it has " + fields.size() + " fields, expected " + CSV_HEADER);
    String at = fields.get(0);
    String name = fields.get(1);
    String labels = fields.get(2);
    String value = fields.get(3);
    if (at == null || name == null || labels == null || value == null) {
      throw new IOException("a field is empty");
    }
    try (JsonParser in = ArchiveJson.FACTORY.createParser(labels)) {
      in.nextToken();
      SeriesKey key = new SeriesKey(name, labels(in));
      require(in.nextToken() == null, "something follows the labels");
      return new SeriesData(
          key, new long[] {ArchiveTime.parse(at)}, new double[] {ValueText.parse(value)});
    } catch (NumberFormatException e) {
      throw new IOException(e.getMessage(), e);
    } catch (DateTimeException e) {
      throw new IOException("'at' is " + ArchiveErrors.show(at) + ", no time in UTC", e);
    }
  }

  private static void require(boolean holds, String found) throws IOException {
    if (!holds) {
      throw new IOException(found);
    }
  }
}
