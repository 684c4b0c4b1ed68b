package io.vllmmonitor.core.http;

import static io.vllmmonitor.api.error.ErrorCode.TARGET_ANSWER_TOO_LARGE;
import static io.vllmmonitor.api.error.ErrorCode.TARGET_NOT_METRICS;
import static io.vllmmonitor.api.error.ErrorCode.TARGET_TIMEOUT;
import static io.vllmmonitor.api.error.ErrorCode.TARGET_UNREACHABLE;

import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.target.Target;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** HTTP to one target. The calling thread waits; the exchange runs on the client's threads. */
final class TargetHttpClient implements HttpService {
  /** The most bytes that one answer may bring over the wire, packed or not. */
  static final int MOST_WIRE_BYTES = 4 << 20;

  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Target target;
  private final HttpClient client;
  private final ExecutorService executor;
  private final SecretReader secrets;
  private final LongSupplier nanoTicker;

  TargetHttpClient(
      Target target,
      HttpClient client,
      ExecutorService executor,
      SecretReader secrets,
      LongSupplier nanoTicker) {
    this.target = target;
    this.client = client;
    this.executor = executor;
    this.secrets = secrets;
    this.nanoTicker = nanoTicker;
  }

  @Override
  public HttpAnswer send(HttpCall call) {
    long deadline = nanoTicker.getAsLong() + call.deadline().toNanos();
    URI uri = target.resolve(call.path());
    checkAddress(uri, deadline, call);
    HttpResponse<byte[]> response = exchange(call, uri, deadline);
    if (Redirect.is(response.statusCode(), response.headers())) {
      if (call.method().equals("POST")) {
        throw Redirect.refused(uri, "a POST");
      }
      uri = Redirect.follow(uri, response.headers());
      response = exchange(call, uri, deadline);
      if (Redirect.is(response.statusCode(), response.headers())) {
        throw Redirect.refused(uri, "a second time");
      }
    }
    return new HttpAnswer(
        response.statusCode(),
        response.headers().firstValue("content-type").orElse(""),
        unpacked(response, call));
  }

  private void checkAddress(URI uri, long deadline, HttpCall call) {
    String host = uri.getHost();
    if (host == null) {
      throw unreachable(uri, "the URL has no host", null);
    }
    if (AddressRule.isLocalName(host)) {
      return;
    }
    if (AddressRule.isLiteral(host)) {
      checkNow(uri, host);
      return;
    }
    // Name servers take their time, so the look-up gets a thread of its own.
    Future<?> lookUp;
    try {
      lookUp =
          executor.submit(
              () -> {
                AddressRule.check(host);
                return null;
              });
    } catch (RejectedExecutionException e) {
      throw closed(e);
    }
    try {
      lookUp.get(Math.max(0, deadline - nanoTicker.getAsLong()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      lookUp.cancel(true);
      // Whether the name server or this machine was late says nothing about the target.
      throw unsent(uri, "the name was not resolved within " + millis(call), e);
    } catch (InterruptedException e) {
      lookUp.cancel(true);
      Thread.currentThread().interrupt();
      throw unsent(uri, "the caller was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MonitorException denied) {
        throw denied;
      }
      throw unreachable(uri, "its name does not resolve", e.getCause());
    }
  }

  private static void checkNow(URI uri, String host) {
    try {
      AddressRule.check(host);
    } catch (UnknownHostException e) {
      throw unreachable(uri, "its address cannot be used", e);
    }
  }

  private HttpResponse<byte[]> exchange(HttpCall call, URI uri, long deadline) {
    long left = deadline - nanoTicker.getAsLong();
    if (left <= 0) {
      throw unsent(uri, "no time was left of " + millis(call), null);
    }
    HttpRequest request = request(call, uri, left);
    AtomicReference<CappedBody> body = new AtomicReference<>();
    CompletableFuture<HttpResponse<byte[]>> exchange;
    try {
      exchange =
          client.sendAsync(
              request,
              head -> {
                CappedBody subscriber = new CappedBody(MOST_WIRE_BYTES);
                body.set(subscriber);
                return subscriber;
              });
    } catch (RejectedExecutionException e) {
      throw closed(e);
    }
    try {
      // The request's own timeout ends with the headers and knows whether a connection stood; the
      // grace lets it speak first. The wait here ends everything, body included.
      return exchange.get(left + GRACE_NANOS, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      abandon(exchange, body.get());
      throw timeout(uri, "there was no whole answer within " + millis(call), e);
    } catch (InterruptedException e) {
      abandon(exchange, body.get());
      Thread.currentThread().interrupt();
      throw timeout(uri, "the caller was interrupted while it waited", e);
    } catch (ExecutionException e) {
      throw failure(uri, call, left, e.getCause() == null ? e : e.getCause());
    }
  }

  private static void abandon(CompletableFuture<?> exchange, @Nullable CappedBody body) {
    exchange.cancel(true);
    if (body != null) {
      body.cancel();
    }
  }

  private HttpRequest request(HttpCall call, URI uri, long leftNanos) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri).timeout(java.time.Duration.ofNanos(leftNanos));
    builder.setHeader("User-Agent", "vllm-monitor");
    builder.setHeader("Accept-Encoding", "gzip");
    String body = call.body();
    if (body != null) {
      builder.setHeader("Content-Type", "application/json");
    }
    call.headers().forEach(builder::setHeader);
    SecretReference token = target.bearerToken();
    if (token != null) {
      builder.setHeader("Authorization", "Bearer " + secrets.read(token));
    }
    return builder
        .method(
            call.method().toUpperCase(Locale.ROOT),
            body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private byte[] unpacked(HttpResponse<byte[]> response, HttpCall call) {
    String encoding =
        response.headers().firstValue("content-encoding").orElse("").toLowerCase(Locale.ROOT);
    byte[] wire = response.body();
    try {
      byte[] bytes =
          switch (encoding) {
            case "", "identity" -> wire;
            case "gzip", "x-gzip" -> Inflation.inflate(wire, call.maxBytes());
            default -> throw new IOException("the encoding " + encoding + " was not asked for");
          };
      if (bytes.length > call.maxBytes()) {
        throw tooLarge(response.uri(), call.maxBytes());
      }
      return bytes;
    } catch (CappedBody.TooLarge e) {
      throw tooLarge(response.uri(), call.maxBytes());
    } catch (IOException e) {
      throw new MonitorException(
          TARGET_NOT_METRICS,
          Blame.ENVIRONMENT,
          "The answer of " + response.uri() + " cannot be unpacked: " + e.getMessage(),
          e);
    }
  }

  private MonitorException failure(URI uri, HttpCall call, long left, Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof CappedBody.TooLarge) {
        return tooLarge(uri, MOST_WIRE_BYTES);
      }
      if (at instanceof HttpConnectTimeoutException) {
        String why =
            "there was no connection within " + TimeUnit.NANOSECONDS.toMillis(left) + " ms";
        // Where most of the time was gone before, the target had no fair chance to answer.
        return left < call.deadline().toNanos() / 2
            ? unsent(uri, why + ", what was left of " + millis(call), cause)
            : unreachable(uri, why, cause);
      }
      if (at instanceof ConnectException
          || at instanceof UnknownHostException
          || at instanceof UnresolvedAddressException) {
        return unreachable(uri, "the connection was refused or has no way there", cause);
      }
      if (at instanceof SSLHandshakeException) {
        return unreachable(uri, "the TLS handshake failed: " + at.getMessage(), cause);
      }
    }
    // A connection that broke leaves as much open as one that stays silent.
    return timeout(uri, "the exchange broke off: " + cause.getMessage(), cause);
  }

  private static MonitorException unreachable(URI uri, String why, @Nullable Throwable cause) {
    return failed(TARGET_UNREACHABLE, "Nothing was sent to " + uri + ": " + why, cause);
  }

  /** The monitor ran out of time by itself, which says nothing about the target. */
  private static MonitorException unsent(URI uri, String why, @Nullable Throwable cause) {
    return failed(TARGET_TIMEOUT, "Nothing was sent to " + uri + ": " + why, cause);
  }

  private static MonitorException timeout(URI uri, String why, @Nullable Throwable cause) {
    return failed(TARGET_TIMEOUT, "The request to " + uri + " may have arrived, but " + why, cause);
  }

  private static MonitorException closed(Throwable cause) {
    return failed(ErrorCode.SHUTTING_DOWN, "The monitor is stopping; nothing was sent", cause);
  }

  private static MonitorException failed(
      ErrorCode code, String message, @Nullable Throwable cause) {
    return new MonitorException(code, Blame.ENVIRONMENT, message, cause);
  }

  private static MonitorException tooLarge(URI uri, int most) {
    return failed(
        TARGET_ANSWER_TOO_LARGE,
        "The answer of "
            + uri
            + " is larger than "
            + most
            + " bytes (the limits are "
            + MOST_WIRE_BYTES
            + " on the wire and what the caller accepts when unpacked)",
        null);
  }

  private static String millis(HttpCall call) {
    return call.deadline().toMillis() + " ms";
  }
}
