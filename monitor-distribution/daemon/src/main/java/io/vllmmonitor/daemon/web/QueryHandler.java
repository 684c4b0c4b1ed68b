package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers Prometheus queries by GET in front of the router, whose way costs more than many a query:
 * dashboards ask dozens of them a second. Forms, other methods and other paths are passed on. The
 * router answers the same requests in the same way. Called by the server from many threads; blocks
 * while a query waits for its turn and runs.
 */
final class QueryHandler extends Handler.Wrapper {
  private static final Logger log = LoggerFactory.getLogger(QueryHandler.class);
  private static final String QUERY = Routes.PROMETHEUS + "/query";
  private static final String QUERY_RANGE = Routes.PROMETHEUS + "/query_range";
  private static final List<HttpField> HEADERS =
      List.of(
          new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
          new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store"),
          new PreEncodedHttpField(
              "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
          new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json"));

  private final PrometheusApi prometheus;
  private final QueryGate gate;
  private final InstantSource clock;
  private final int mostBytes;

  QueryHandler(WebServices services, QueryGate gate, WebLimits limits) {
    this.prometheus =
        new PrometheusApi(services.prometheus(), services.catalog(), services.info().version());
    this.gate = gate;
    this.clock = services.clock();
    this.mostBytes = limits.answerBytes();
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    @Nullable Function<Parameters, byte[]> query =
        switch (Request.getPathInContext(request)) {
          case QUERY -> prometheus::query;
          case QUERY_RANGE -> prometheus::queryRange;
          default -> null;
        };
    if (query == null || !request.getMethod().equals("GET") || hasBody(request)) {
      return super.handle(request, response, callback);
    }
    Fields fields;
    try {
      fields = Request.extractQueryParameters(request);
    } catch (RuntimeException e) {
      log.debug("A query that cannot be read is left to the router: {}", e.toString());
      return super.handle(request, response, callback);
    }
    for (HttpField header : HEADERS) {
      response.getHeaders().add(header);
    }
    byte[] body = answer(query, fields, request, response);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }

  private static boolean hasBody(Request request) {
    return request.getHeaders().contains(HttpHeader.CONTENT_LENGTH)
        || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
  }

  private byte[] answer(
      Function<Parameters, byte[]> query, Fields fields, Request request, Response response) {
    try {
      LoopbackGuard.check(
          request.getHeaders().get(HttpHeader.HOST), request.getHeaders().get(HttpHeader.ORIGIN));
      Parameters parameters = new Parameters(fields::getValuesOrEmpty, clock.instant());
      byte[] body = gate.run(() -> query.apply(parameters));
      if (body.length <= mostBytes) {
        return body;
      }
      throw new MonitorException(
          ErrorCode.QUERY_TOO_LARGE,
          Blame.OPERATOR,
          "The answer has "
              + body.length
              + " bytes, the most is "
              + mostBytes
              + "; ask for fewer series or a shorter time");
    } catch (MonitorException e) {
      int status = ErrorStatus.of(e);
      if (status >= 500 && e.code() != ErrorCode.HTTP_OVERLOADED) {
        log.warn("GET {}: {}", request.getHttpURI().getPath(), e.describe());
      }
      return failed(response, status, e.code(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.error("GET {} failed", request.getHttpURI().getPath(), e);
      return failed(
          response,
          500,
          ErrorCode.INTERNAL,
          "The monitor failed to answer; its log has the details, please report them");
    }
  }

  private static byte[] failed(Response response, int status, ErrorCode code, String detail) {
    response.setStatus(status);
    if (status == 503) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
    }
    return PrometheusApi.failure(status, code, detail);
  }
}
