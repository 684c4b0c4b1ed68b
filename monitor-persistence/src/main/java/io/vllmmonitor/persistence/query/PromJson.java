package io.vllmmonitor.persistence.query;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import java.util.List;
import java.util.Map;

/**
 * Writes answers exactly as Prometheus' HTTP API does: values as the shortest texts that read back
 * to the same bits, times as Unix seconds with milliseconds. {@link #bytes} collects an answer up
 * to a limit. Stateless.
 */
public final class PromJson {
  private static final String NAME = "__name__";

  /** About what the labels of a series take, and one of its points. */
  private static final int SERIES_BYTES = 256;

  private static final int POINT_BYTES = 38;

  private PromJson() {}

  /** Something that writes an answer, such as {@code out -> PromJson.write(result, out)}. */
  @FunctionalInterface
  public interface Answer {
    void writeTo(AnswerBuffer out);
  }

  /**
   * The whole answer.
   *
   * @param limit in bytes, such as {@link QueryLimits#LARGEST_ANSWER}
   * @throws MonitorException QUERY_TOO_LARGE beyond the limit
   */
  public static byte[] bytes(Answer answer, int limit) {
    AnswerBuffer out = new AnswerBuffer(limit);
    answer.writeTo(out);
    return out.toBytes();
  }

  /** The answer of {@code query} and {@code query_range}. */
  public static void write(QueryResult result, AnswerBuffer out) {
    begin(out);
    data(out, result);
    out.put('}');
  }

  /** The answer of {@code series}. */
  public static void writeSeries(List<SeriesKey> series, AnswerBuffer out) {
    begin(out);
    char separator = '[';
    for (SeriesKey key : series) {
      labels(out.put(separator), key);
      separator = ',';
    }
    end(out, separator, '[').ascii("]}");
  }

  /** The answer of {@code labels} and {@code label/NAME/values}. */
  public static void writeTexts(List<String> texts, AnswerBuffer out) {
    begin(out);
    char separator = '[';
    for (String text : texts) {
      out.put(separator).text(text);
      separator = ',';
    }
    end(out, separator, '[').ascii("]}");
  }

  /** The answer of {@code metadata}. */
  public static void writeMetadata(
      Map<String, List<PromQuery.Metadata>> metadata, AnswerBuffer out) {
    begin(out);
    char separator = '{';
    for (Map.Entry<String, List<PromQuery.Metadata>> metric : metadata.entrySet()) {
      out.put(separator).text(metric.getKey()).put(':');
      separator = ',';
      char inner = '[';
      for (PromQuery.Metadata entry : metric.getValue()) {
        out.put(inner).ascii("{\"type\":").text(entry.type());
        out.ascii(",\"help\":").text(entry.help());
        out.ascii(",\"unit\":").text(entry.unit()).put('}');
        inner = ',';
      }
      end(out, inner, '[').put(']');
    }
    end(out, separator, '{').ascii("}}");
  }

  /** An answer of named texts, in the map's order, as {@code status/buildinfo} gives it. */
  public static void writeFields(Map<String, String> fields, AnswerBuffer out) {
    begin(out);
    char separator = '{';
    for (Map.Entry<String, String> field : fields.entrySet()) {
      out.put(separator).text(field.getKey()).put(':').text(field.getValue());
      separator = ',';
    }
    end(out, separator, '{').ascii("}}");
  }

  /** The answer to anything that failed; send it with {@link #status}. */
  public static void writeError(MonitorException error, AnswerBuffer out) {
    out.ascii("{\"status\":\"error\",\"errorType\":").text(errorType(error.code()));
    out.ascii(",\"error\":").text(error.describe()).put('}');
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

  private static void begin(AnswerBuffer out) {
    out.ascii("{\"status\":\"success\",\"data\":");
  }

  /** Opens what had no element that opened it. */
  private static AnswerBuffer end(AnswerBuffer out, char separator, char opening) {
    return separator == opening ? out.put(opening) : out;
  }

  private static void data(AnswerBuffer out, QueryResult result) {
    out.ascii("{\"resultType\":");
    if (result instanceof QueryResult.ScalarResult scalar) {
      out.ascii("\"scalar\",\"result\":[");
      shortSeconds(out, scalar.epochMillis());
      out.put(',').scalar(scalar.value()).put(']');
    } else if (result instanceof QueryResult.StringResult text) {
      out.ascii("\"string\",\"result\":[");
      shortSeconds(out, text.epochMillis());
      out.put(',').text(text.value()).put(']');
    } else if (result instanceof QueryResult.VectorResult vector) {
      out.ascii("\"vector\",\"result\":");
      vector(out, vector.samples());
    } else if (result instanceof QueryResult.MatrixResult matrix) {
      out.ascii("\"matrix\",\"result\":");
      matrix(out, matrix.series());
    }
    out.put('}');
  }

  private static void vector(AnswerBuffer out, List<Sample> samples) {
    out.expect((long) samples.size() * SERIES_BYTES);
    char separator = '[';
    for (Sample sample : samples) {
      labels(out.put(separator).ascii("{\"metric\":"), sample.series());
      out.ascii(",\"value\":");
      point(out, sample.at().toEpochMilli(), sample.value());
      out.put('}');
      separator = ',';
    }
    end(out, separator, '[').put(']');
  }

  private static void matrix(AnswerBuffer out, List<SeriesData> series) {
    long points = series.stream().mapToLong(SeriesData::size).sum();
    out.expect((long) series.size() * SERIES_BYTES + points * POINT_BYTES);
    char separator = '[';
    for (SeriesData row : series) {
      labels(out.put(separator).ascii("{\"metric\":"), row.series());
      out.ascii(",\"values\":");
      char inner = '[';
      for (int i = 0; i < row.size(); i++) {
        out.put(inner);
        point(out, row.epochMillis(i), row.value(i));
        inner = ',';
      }
      end(out, inner, '[').ascii("]}");
      separator = ',';
    }
    end(out, separator, '[').put(']');
  }

  private static void point(AnswerBuffer out, long epochMillis, double value) {
    seconds(out.put('['), epochMillis);
    out.put(',').sample(value).put(']');
  }

  /** Unix seconds; with exactly three decimals, or none. */
  static void seconds(AnswerBuffer out, long epochMillis) {
    int millis = wholeSeconds(out, epochMillis);
    if (millis != 0) {
      out.put('.').digits(millis, 3);
    }
  }

  /** As Prometheus writes the time of a single number or text: no zeros at the end. */
  private static void shortSeconds(AnswerBuffer out, long epochMillis) {
    int millis = wholeSeconds(out, epochMillis);
    if (millis != 0) {
      out.put('.');
      if (millis % 100 == 0) {
        out.digits(millis / 100, 1);
      } else if (millis % 10 == 0) {
        out.digits(millis / 10, 2);
      } else {
        out.digits(millis, 3);
      }
    }
  }

  /** Writes sign and whole seconds, and gives what is left. */
  private static int wholeSeconds(AnswerBuffer out, long epochMillis) {
    if (epochMillis < 0) {
      out.put('-');
    }
    out.number(Math.abs(epochMillis / 1_000));
    return (int) Math.abs(epochMillis % 1_000);
  }

  /** All labels in order, the name in its place among them. */
  private static void labels(AnswerBuffer out, SeriesKey key) {
    LabelWriter writer = new LabelWriter(out, key.name());
    key.labels().forEach(writer::label);
    writer.name();
    end(out, writer.separator, '{').put('}');
  }

  private static final class LabelWriter {
    private final AnswerBuffer out;
    private final String name;
    private boolean named;
    private char separator = '{';

    LabelWriter(AnswerBuffer out, String name) {
      this.out = out;
      this.name = name;
      this.named = name.isEmpty();
    }

    void label(String label, String value) {
      if (!named && label.compareTo(NAME) >= 0) {
        name();
        if (label.equals(NAME)) {
          return;
        }
      }
      field(label, value);
    }

    void name() {
      if (!named) {
        named = true;
        field(NAME, name);
      }
    }

    private void field(String label, String value) {
      out.put(separator).text(label).put(':').text(value);
      separator = ',';
    }
  }
}
