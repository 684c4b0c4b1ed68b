package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes answers exactly as Prometheus' HTTP API does: values as the shortest texts that read back
 * to the same bits, times as Unix seconds with milliseconds. The methods write into the stream as
 * they go and leave it open; {@link #bytes} collects an answer up to a limit, so that one that is
 * too large becomes an error before anything was sent. Stateless.
 */
public final class PromJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().build().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  private PromJson() {}

  /** Something that writes an answer, such as {@code out -> PromJson.write(result, out)}. */
  @FunctionalInterface
  public interface Answer {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * The whole answer.
   *
   * @param limit in bytes, such as {@link QueryLimits#LARGEST_ANSWER}
   * @throws MonitorException QUERY_TOO_LARGE beyond the limit
   */
  public static byte[] bytes(Answer answer, int limit) {
    Limited out = new Limited(limit);
    try {
      answer.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing into memory failed", e);
    }
    return out.bytes.toByteArray();
  }

  /** The answer of {@code query} and {@code query_range}. */
  public static void write(QueryResult result, OutputStream out) throws IOException {
    success(out, json -> data(json, result));
  }

  /** The answer of {@code series}. */
  public static void writeSeries(List<SeriesKey> series, OutputStream out) throws IOException {
    success(
        out,
        json -> {
          json.writeStartArray();
          for (SeriesKey key : series) {
            labels(json, key);
          }
          json.writeEndArray();
        });
  }

  /** The answer of {@code labels} and {@code label/NAME/values}. */
  public static void writeTexts(List<String> texts, OutputStream out) throws IOException {
    success(
        out,
        json -> {
          json.writeStartArray();
          for (String text : texts) {
            json.writeString(text);
          }
          json.writeEndArray();
        });
  }

  /** The answer of {@code metadata}. */
  public static void writeMetadata(Map<String, List<PromQuery.Metadata>> metadata, OutputStream out)
      throws IOException {
    success(
        out,
        json -> {
          json.writeStartObject();
          for (Map.Entry<String, List<PromQuery.Metadata>> metric : metadata.entrySet()) {
            json.writeArrayFieldStart(metric.getKey());
            for (PromQuery.Metadata entry : metric.getValue()) {
              json.writeStartObject();
              json.writeStringField("type", entry.type());
              json.writeStringField("help", entry.help());
              json.writeStringField("unit", entry.unit());
              json.writeEndObject();
            }
            json.writeEndArray();
          }
          json.writeEndObject();
        });
  }

  /** An answer of named texts, in the map's order, as {@code status/buildinfo} gives it. */
  public static void writeFields(Map<String, String> fields, OutputStream out) throws IOException {
    success(
        out,
        json -> {
          json.writeStartObject();
          for (Map.Entry<String, String> field : fields.entrySet()) {
            json.writeStringField(field.getKey(), field.getValue());
          }
          json.writeEndObject();
        });
  }

  /** The answer to anything that failed; send it with {@link #status}. */
  public static void writeError(MonitorException error, OutputStream out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("status", "error");
      json.writeStringField("errorType", errorType(error.code()));
      json.writeStringField("error", error.describe());
      json.writeEndObject();
    }
  }

  /** Prometheus' word for a kind of failure. */
  public static String errorType(ErrorCode code) {
    return switch (code) {
      case QUERY_MALFORMED,
          QUERY_UNSUPPORTED,
          SELECTOR_MALFORMED,
          CURSOR_INVALID,
          HTTP_BAD_REQUEST,
          HTTP_BODY_TOO_LARGE,
          HTTP_METHOD_NOT_ALLOWED ->
          "bad_data";
      case QUERY_TOO_LARGE -> "execution";
      case QUERY_TIMEOUT -> "timeout";
      case HTTP_OVERLOADED, SHUTTING_DOWN, STORE_CLOSED -> "unavailable";
      case HTTP_NOT_FOUND -> "not_found";
      default -> "internal";
    };
  }

  /** The HTTP status that goes with {@link #errorType}. */
  public static int status(ErrorCode code) {
    return switch (code) {
      case HTTP_BODY_TOO_LARGE -> 413;
      case HTTP_METHOD_NOT_ALLOWED -> 405;
      default ->
          switch (errorType(code)) {
            case "bad_data" -> 400;
            case "not_found" -> 404;
            case "execution" -> 422;
            case "timeout", "unavailable" -> 503;
            default -> 500;
          };
    };
  }

  private interface Body {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private static void success(OutputStream out, Body data) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("status", "success");
      json.writeFieldName("data");
      data.writeTo(json);
      json.writeEndObject();
    }
  }

  private static void data(JsonGenerator json, QueryResult result) throws IOException {
    json.writeStartObject();
    if (result instanceof QueryResult.ScalarResult scalar) {
      json.writeStringField("resultType", "scalar");
      json.writeFieldName("result");
      point(json, shortSeconds(scalar.epochMillis()), Numbers.print(scalar.value()));
    } else if (result instanceof QueryResult.StringResult text) {
      json.writeStringField("resultType", "string");
      json.writeFieldName("result");
      point(json, shortSeconds(text.epochMillis()), text.value());
    } else if (result instanceof QueryResult.VectorResult vector) {
      json.writeStringField("resultType", "vector");
      json.writeArrayFieldStart("result");
      for (Sample sample : vector.samples()) {
        vectorElement(json, sample);
      }
      json.writeEndArray();
    } else if (result instanceof QueryResult.MatrixResult matrix) {
      json.writeStringField("resultType", "matrix");
      json.writeArrayFieldStart("result");
      for (SeriesData row : matrix.series()) {
        matrixElement(json, row);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void vectorElement(JsonGenerator json, Sample sample) throws IOException {
    json.writeStartObject();
    json.writeFieldName("metric");
    labels(json, sample.series());
    json.writeFieldName("value");
    point(json, seconds(sample.at().toEpochMilli()), Numbers.printSample(sample.value()));
    json.writeEndObject();
  }

  private static void matrixElement(JsonGenerator json, SeriesData row) throws IOException {
    json.writeStartObject();
    json.writeFieldName("metric");
    labels(json, row.series());
    json.writeArrayFieldStart("values");
    for (int i = 0; i < row.size(); i++) {
      point(json, seconds(row.epochMillis(i)), Numbers.printSample(row.value(i)));
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void point(JsonGenerator json, String seconds, String value) throws IOException {
    json.writeStartArray();
    json.writeNumber(seconds);
    json.writeString(value);
    json.writeEndArray();
  }

  /** Unix seconds; with exactly three decimals, or none. */
  static String seconds(long epochMillis) {
    String sign = epochMillis < 0 ? "-" : "";
    long seconds = Math.abs(epochMillis / 1_000);
    long millis = Math.abs(epochMillis % 1_000);
    String whole = sign + seconds;
    return millis == 0 ? whole : whole + "." + Long.toString(1_000 + millis).substring(1);
  }

  /** As Prometheus writes the time of a single number or text: no zeros at the end. */
  private static String shortSeconds(long epochMillis) {
    String seconds = seconds(epochMillis);
    return seconds.indexOf('.') < 0 ? seconds : seconds.replaceFirst("0+$", "");
  }

  private static void labels(JsonGenerator json, SeriesKey key) throws IOException {
    Map<String, String> labels = new TreeMap<>(key.labels().toMap());
    if (!key.name().isEmpty()) {
      labels.put("__name__", key.name());
    }
    json.writeStartObject();
    for (Map.Entry<String, String> label : labels.entrySet()) {
      json.writeStringField(label.getKey(), label.getValue());
    }
    json.writeEndObject();
  }

  /** A buffer that refuses to grow beyond its limit. */
  private static final class Limited extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int limit;

    Limited(int limit) {
      this.limit = limit;
    }

    @Override
    public void write(int b) {
      admit(1);
      bytes.write(b);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      requireNonNull(source, "source");
      admit(length);
      bytes.write(source, offset, length);
    }

    private void admit(int more) {
      if (bytes.size() + more > limit) {
        throw new MonitorException(
            QUERY_TOO_LARGE,
            Blame.OPERATOR,
            "The answer is larger than "
                + limit
                + " bytes; ask for a shorter time, fewer series or a larger step");
      }
    }
  }
}
