package io.vllmmonitor.daemon.web;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes answers and failures. Stateless but for the limit. */
final class Answers {
  static final String PROMETHEUS = "/prometheus/";

  private static final Logger log = LoggerFactory.getLogger(Answers.class);
  private static final String JSON = "application/json";

  private final int mostBytes;

  Answers(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  void json(Context context, Object answer) {
    byte[] bytes = answer instanceof byte[] written ? written : WebJson.bytes(answer);
    if (bytes.length > mostBytes) {
      throw new MonitorException(
          ErrorCode.QUERY_TOO_LARGE,
          Blame.OPERATOR,
          "The answer has "
              + bytes.length
              + " bytes, the most is "
              + mostBytes
              + "; ask for fewer series or a shorter time");
    }
    context.contentType(JSON).result(bytes);
  }

  static void text(Context context, String contentType, String answer) {
    context.contentType(contentType).result(answer);
  }

  static void failed(Context context, MonitorException failure) {
    int status = ErrorStatus.of(failure);
    if (status >= 500 && failure.code() != ErrorCode.HTTP_OVERLOADED) {
      log.warn("{} {}: {}", context.method(), context.path(), failure.describe());
    }
    write(context, status, failure.code(), String.valueOf(failure.getMessage()));
  }

  /** A failure that the server below found: no such path, another method, too long a body. */
  static void refused(Context context, HttpResponseException failure) {
    int status = failure.getStatus();
    String allowed = allowed(failure);
    if (status == 405) {
      context.header("Allow", allowed);
      if (context.method().name().equals("OPTIONS")) {
        context.status(204);
        return;
      }
    }
    String detail =
        switch (status) {
          case 404 ->
              "There is nothing at "
                  + Text.shorten(context.path(), 200)
                  + "; GET / lists what there is";
          case 405 -> context.method() + " is not served at " + context.path() + "; use " + allowed;
          case 413 -> "The body is longer than 1 MiB; send less";
          default -> String.valueOf(failure.getMessage());
        };
    write(context, status, ErrorStatus.codeFor(status), detail);
  }

  /** The client went away, or sent what cannot be read; nobody else is to blame. */
  static void lost(Context context, Exception failure) {
    log.debug("{} {} broke off: {}", context.method(), context.path(), failure.toString());
    write(
        context,
        400,
        ErrorCode.HTTP_BAD_REQUEST,
        "The request could not be read to its end; send it whole and correctly encoded");
  }

  /** A bug of ours: the log gets everything, the client nothing but the code. */
  static void broken(Context context, Exception failure) {
    log.error("{} {} failed", context.method(), context.path(), failure);
    write(
        context,
        500,
        ErrorCode.INTERNAL,
        "The monitor failed to answer; its log has the details, please report them");
  }

  private static String allowed(HttpResponseException failure) {
    TreeSet<String> methods = new TreeSet<>();
    for (String value : failure.getDetails().values()) {
      for (String method : value.split(",", -1)) {
        methods.add(method.strip());
      }
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    methods.add("OPTIONS");
    return String.join(", ", methods);
  }

  private static void write(Context context, int status, ErrorCode code, String detail) {
    context.status(status);
    if (status == 401) {
      context.header("WWW-Authenticate", "Bearer");
    }
    if (status == 503) {
      context.header("Retry-After", "1");
    }
    if (context.path().startsWith(PROMETHEUS)) {
      context.contentType(JSON).result(PrometheusApi.failure(status, code, detail));
    } else {
      context
          .contentType(ProblemDetails.CONTENT_TYPE)
          .result(ProblemDetails.bytes(status, code, detail));
    }
  }
}
