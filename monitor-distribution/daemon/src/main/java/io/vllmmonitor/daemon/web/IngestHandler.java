package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the paths that samples are pushed to, in front of the router: a body a second from every
 * server leaves no room for what other requests need. All other paths are passed on. Called by the
 * server from many threads; blocks while a body is read and stored.
 */
final class IngestHandler extends Handler.Wrapper {
  static final String IMPORT = "/api/v1/import/prometheus";
  static final String WRITE = "/api/v1/write";
  static final String FLUSH = "/api/v1/admin/flush";
  static final List<String> PATHS = List.of(IMPORT, WRITE, FLUSH);

  private static final Logger log = LoggerFactory.getLogger(IngestHandler.class);
  private static final Map<String, String> COUNTED = Map.of(IMPORT, "import", WRITE, "write");
  private static final List<HttpField> HEADERS =
      List.of(
          new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
          new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store"),
          new PreEncodedHttpField(
              "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));

  /** Statuses of answers that may be given before a body has come in. */
  private static final Set<Integer> LEFT_UNREAD = Set.of(401, 403, 405, 413);

  private final IngestApi api;
  private final Token token;
  private final BodyCounter bodies;
  private final ExchangeDeadline deadline;
  private final AuditLog audit;

  IngestHandler(WebServices services, ExchangeDeadline deadline) {
    this.api = new IngestApi(services.ingest(), services.series());
    this.token = services.token();
    this.bodies = services.bodies();
    this.deadline = deadline;
    this.audit = services.audit();
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = Request.getPathInContext(request);
    if (!PATHS.contains(path)) {
      return super.handle(request, response, callback);
    }
    for (HttpField header : HEADERS) {
      response.getHeaders().add(header);
    }
    IngestApi.Answer answer = answer(path, request, response);
    String counted = COUNTED.get(path);
    if (counted != null) {
      bodies.answered(counted, answer.status());
    }
    if (LEFT_UNREAD.contains(answer.status())) {
      // The server closes such a connection; a client that is not told would send on it again.
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    response.setStatus(answer.status());
    byte[] body = answer.body();
    if (body.length == 0) {
      response.write(true, null, callback);
    } else {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
      response.write(true, ByteBuffer.wrap(body), callback);
    }
    return true;
  }

  private IngestApi.Answer answer(String path, Request request, Response response) {
    try {
      LoopbackGuard.check(
          request.getHeaders().get(HttpHeader.HOST), request.getHeaders().get(HttpHeader.ORIGIN));
      String method = request.getMethod();
      if (!method.equals("POST")) {
        response.getHeaders().put(HttpHeader.ALLOW, "OPTIONS, POST");
        return method.equals("OPTIONS")
            ? IngestApi.Answer.NOTHING
            : problem(
                405, ErrorCode.HTTP_METHOD_NOT_ALLOWED, "Samples are pushed by POST; use that");
      }
      Routes.authorize(token, request.getHeaders().get(HttpHeader.AUTHORIZATION));
      return switch (path) {
        case IMPORT -> api.importText(request);
        case WRITE -> api.remoteWrite(request);
        default -> flush(request);
      };
    } catch (MonitorException e) {
      return failed(path, response, e);
    } catch (IOException | HttpException.RuntimeException e) {
      log.debug("POST {} broke off: {}", path, e.toString());
      return problem(
          400,
          ErrorCode.HTTP_BAD_REQUEST,
          "The request could not be read to its end; send it whole and correctly encoded");
    } catch (RuntimeException e) {
      log.error("POST {} failed", path, e);
      return problem(
          500,
          ErrorCode.INTERNAL,
          "The monitor failed to answer; its log has the details, please report them");
    }
  }

  /** May take longer than an exchange may: nobody but this daemon is slow. */
  private IngestApi.Answer flush(Request request) {
    String actor = Actor.of(request.getHeaders().get(HttpHeader.USER_AGENT));
    return audit.around(
        new Deed(actor, AuditAction.FLUSH, "samples"),
        () -> deadline.suspended(request.getConnectionMetaData().getConnection(), api::flush),
        answer -> Map.of());
  }

  private static IngestApi.Answer failed(String path, Response response, MonitorException failure) {
    int status = ErrorStatus.of(failure);
    if (status >= 500 && failure.code() != ErrorCode.HTTP_OVERLOADED) {
      log.warn("POST {}: {}", path, failure.describe());
    }
    if (status == 401) {
      response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
    }
    if (status == 503) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
    }
    return problem(status, failure.code(), failure.getMessage());
  }

  private static IngestApi.Answer problem(int status, ErrorCode code, String detail) {
    return new IngestApi.Answer(
        status, ProblemDetails.CONTENT_TYPE, ProblemDetails.bytes(status, code, detail));
  }
}
