package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RejectReason;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.ingest.BodyEncoding;
import io.vllmmonitor.persistence.ingest.Ingest;
import io.vllmmonitor.persistence.ingest.PushDefaults;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** What pushed bodies become: the reading of requests and the words of answers. Stateless. */
final class IngestApi {
  /** What is answered; immutable, the bytes are not copied. */
  static final class Answer {
    static final Answer NOTHING = new Answer(204, "", new byte[0]);

    private final int status;
    private final String contentType;
    private final byte[] body;

    Answer(int status, String contentType, byte[] body) {
      this.status = status;
      this.contentType = contentType;
      this.body = body;
    }

    static Answer json(int status, Object content) {
      return new Answer(status, "application/json", WebJson.bytes(content));
    }

    int status() {
      return status;
    }

    String contentType() {
      return contentType;
    }

    /** Empty where there is nothing to say. */
    byte[] body() {
      return body;
    }
  }

  private static final BodyEncoding USUAL_TEXT = BodyEncoding.IDENTITY;
  private static final BodyEncoding USUAL_WRITE = BodyEncoding.SNAPPY;

  private final Ingest ingest;
  private final SeriesStore series;

  IngestApi(Ingest ingest, SeriesStore series) {
    this.ingest = ingest;
    this.series = series;
  }

  /** Exposition text: every sample is judged by itself, the answer tells what was rejected. */
  Answer importText(Request request) throws IOException {
    String type = header(request, HttpHeader.CONTENT_TYPE);
    if (type != null && type.toLowerCase(Locale.ROOT).contains("openmetrics")) {
      throw unreadable(
          "Content-Type",
          type,
          "text/plain; version=0.0.4, since the times of OpenMetrics are in seconds");
    }
    BodyEncoding encoding =
        BodyEncoding.of(header(request, HttpHeader.CONTENT_ENCODING), USUAL_TEXT);
    AppendResult result = ingest.exposition(body(request), encoding, defaults(request));
    String accept = header(request, HttpHeader.ACCEPT);
    boolean asked = accept != null && accept.contains("json");
    return result.rejected().isEmpty() && !asked ? Answer.NOTHING : Answer.json(200, told(result));
  }

  /** Remote write 1.0: what will never be stored is answered with 400, so that nobody retries. */
  Answer remoteWrite(Request request) throws IOException {
    String type = header(request, HttpHeader.CONTENT_TYPE);
    if (type != null && type.contains("io.prometheus.write.v2")) {
      throw unreadable(
          "Content-Type", type, "application/x-protobuf of remote write 1.0; configure the sender");
    }
    BodyEncoding encoding =
        BodyEncoding.of(header(request, HttpHeader.CONTENT_ENCODING), USUAL_WRITE);
    AppendResult result = ingest.remoteWrite(body(request), encoding, defaults(request));
    if (result.rejected().isEmpty()) {
      return Answer.NOTHING;
    }
    ErrorCode code =
        code(
            result.rejected().entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .orElseThrow()
                .getKey());
    return new Answer(
        400,
        ProblemDetails.CONTENT_TYPE,
        ProblemDetails.bytes(
            400,
            code,
            result.stored()
                + " samples were stored, the others were rejected: "
                + new TreeMap<>(result.rejected())
                + "; sending them again would not help"));
  }

  /** Brings the samples of the store into their final form; tells its size before and after. */
  Answer flush() {
    SeriesStore.Statistics before = series.statistics();
    series.flush();
    return Answer.json(200, Map.of("before", told(before), "after", told(series.statistics())));
  }

  private static InputStream body(Request request) {
    return Request.asInputStream(request);
  }

  private static Map<String, Object> told(AppendResult result) {
    long rejected = result.rejected().values().stream().mapToLong(Long::longValue).sum();
    Map<String, Object> told = new TreeMap<>();
    told.put("received", result.stored() + rejected);
    told.put("stored", result.stored());
    told.put("rejected", new TreeMap<>(result.rejected()));
    return told;
  }

  private static Map<String, Object> told(SeriesStore.Statistics statistics) {
    Map<String, Object> told = new TreeMap<>();
    told.put("series", statistics.series());
    told.put("samples", statistics.samples());
    told.put("bytes", statistics.bytes());
    return told;
  }

  private static ErrorCode code(RejectReason reason) {
    return switch (reason) {
      case OUT_OF_ORDER -> ErrorCode.SAMPLE_OUT_OF_ORDER;
      case DUPLICATE_TIMESTAMP -> ErrorCode.SAMPLE_DUPLICATE_TIMESTAMP;
      case TOO_FAR_AHEAD -> ErrorCode.SAMPLE_TOO_FAR_AHEAD;
      case TOO_MANY_SERIES -> ErrorCode.SAMPLE_TOO_MANY_SERIES;
    };
  }

  private static PushDefaults defaults(Request request) {
    if (request.getHttpURI().getQuery() == null) {
      return PushDefaults.STANDARD;
    }
    Fields parameters = Request.extractQueryParameters(request);
    for (String name : parameters.getNames()) {
      if (!name.equals("job") && !name.equals("instance")) {
        throw new MonitorException(
            ErrorCode.HTTP_BAD_REQUEST,
            Blame.OPERATOR,
            "The parameter '" + Text.shorten(name, 100) + "' is not known; use job or instance");
      }
    }
    return PushDefaults.of(parameters.getValue("job"), parameters.getValue("instance"));
  }

  private static @Nullable String header(Request request, HttpHeader header) {
    HttpField field = request.getHeaders().getField(header);
    return field == null ? null : field.getValue();
  }

  private static MonitorException unreadable(String header, String found, String expected) {
    return new MonitorException(
        ErrorCode.INGEST_MALFORMED_BODY,
        Blame.OPERATOR,
        "The " + header + " is '" + Text.shorten(found, 100) + "', expected " + expected);
  }
}
