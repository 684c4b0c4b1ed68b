package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.Executors;

/**
 * HTTP to a server that a test started on this machine, with the error codes of the real client but
 * without its caps on time for the body. Thread-safe.
 */
public final class LoopbackHttp implements HttpService {
  /** One for all, with threads of its own: a test must not find them behind its extension. */
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newFixedThreadPool(2, LoopbackHttp::daemon))
          .build();

  private final URI base;

  /**
   * @param base the server's URL without a trailing slash; a host of this machine
   */
  public LoopbackHttp(URI base) {
    this.base = requireNonNull(base, "base");
    if (!"127.0.0.1".equals(base.getHost()) && !"localhost".equals(base.getHost())) {
      throw new IllegalArgumentException("Tests talk to this machine only, found " + base);
    }
  }

  private static Thread daemon(Runnable work) {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) {
      top = top.getParent();
    }
    Thread thread = new Thread(top, work, "testkit-http");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public HttpAnswer send(HttpCall call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + call.path())).timeout(call.deadline());
    call.headers().forEach(request::setHeader);
    String body = call.body();
    if (body != null && !call.headers().containsKey("Content-Type")) {
      request.setHeader("Content-Type", "application/json");
    }
    request.method(
        call.method(), body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    try {
      HttpResponse<byte[]> answer = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
      return checked(call, answer);
    } catch (HttpTimeoutException e) {
      throw failed(ErrorCode.TARGET_TIMEOUT, call, e);
    } catch (IOException e) {
      throw failed(ErrorCode.TARGET_UNREACHABLE, call, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(ErrorCode.TARGET_TIMEOUT, call, e);
    }
  }

  private static HttpAnswer checked(HttpCall call, HttpResponse<byte[]> answer) {
    if (answer.body().length > call.maxBytes()) {
      throw new MonitorException(
          ErrorCode.TARGET_ANSWER_TOO_LARGE,
          Blame.ENVIRONMENT,
          call.path() + " answered more than " + call.maxBytes() + " bytes");
    }
    String type = answer.headers().firstValue("Content-Type").orElse("");
    return new HttpAnswer(answer.statusCode(), type, answer.body());
  }

  private MonitorException failed(ErrorCode code, HttpCall call, Exception cause) {
    return new MonitorException(
        code, Blame.ENVIRONMENT, call.method() + " " + base + call.path() + ": " + cause, cause);
  }
}
