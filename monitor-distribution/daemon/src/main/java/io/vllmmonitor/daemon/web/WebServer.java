package io.vllmmonitor.daemon.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinException;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of the daemon, on loopback only. Made and started once by the wiring, closed when
 * the daemon ends; start and close from one thread.
 */
public final class WebServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WebServer.class);
  private static final int HEADER_BYTES = 16 * 1024;
  private static final int INPUT_BYTES = 64 * 1024; // a pushed page in few reads
  private static final long STOP_MILLIS = 2_000;

  private final WebServices services;
  private final WebLimits limits;
  private final QueryGate gate;
  private final ExchangeDeadline deadline;
  private final ScheduledExecutorService timer;
  private @Nullable Javalin running;

  public WebServer(WebServices services) {
    this(services, WebLimits.standard());
  }

  WebServer(WebServices services, WebLimits limits) {
    this.services = requireNonNull(services, "services");
    this.limits = requireNonNull(limits, "limits");
    this.gate = new QueryGate(limits.queries(), limits.queryWait());
    this.deadline = new ExchangeDeadline(limits.exchange(), System::nanoTime);
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "http-deadline");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts to listen.
   *
   * @param address loopback; port 0 takes a free one
   * @return the address with the real port
   * @throws MonitorException LISTEN_ADDRESS_REFUSED for an address that is not loopback,
   *     LISTEN_ADDRESS_IN_USE when another process listens there
   */
  public InetSocketAddress start(InetSocketAddress address) {
    if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
      throw new MonitorException(
          ErrorCode.LISTEN_ADDRESS_REFUSED,
          Blame.OPERATOR,
          "listen: '"
              + address.getHostString()
              + "' is not a loopback address; only 127.0.0.1, ::1 or localhost are served until TLS"
              + " and tokens are configurable, so use --listen 127.0.0.1:"
              + address.getPort());
    }
    Javalin server = Javalin.create(config -> configure(config, address));
    try {
      server.start();
    } catch (JavalinException e) {
      throw notBound(address, e);
    }
    running = server;
    long tick = Math.max(10, limits.exchange().toMillis() / 20);
    var unused = timer.scheduleWithFixedDelay(deadline::look, tick, tick, TimeUnit.MILLISECONDS);
    return new InetSocketAddress(address.getAddress(), server.port());
  }

  /** Lets running requests end, for two seconds, then closes every connection. */
  @Override
  public void close() {
    timer.shutdownNow();
    Javalin server = running;
    running = null;
    if (server != null) {
      server.stop();
    }
  }

  private void configure(JavalinConfig config, InetSocketAddress address) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.maxRequestSize = limits.bodyBytes();
    config.http.prefer405over404 = true;
    config.http.generateEtags = false;
    // More threads than connections: clients that send slowly cannot starve the others.
    QueuedThreadPool threads = new QueuedThreadPool(limits.connections() + 16, 4);
    threads.setName("http");
    config.jetty.threadPool = threads;
    config.jetty.modifyServer(this::bound);
    config.jetty.modifyServletContextHandler(
        handler -> handler.setErrorHandler(new PlainServletErrors()));
    config.jetty.addConnector((server, http) -> connector(server, http, address));
    config.router.javaLangErrorHandler(
        (response, error) -> {
          log.error("A request ended in an error of the virtual machine", error);
          response.setContentType(ProblemDetails.CONTENT_TYPE);
          try {
            response.getOutputStream().write(Routes.lastResort());
          } catch (IOException e) {
            log.warn("It could not be answered: {}", e.getMessage());
          }
        });
    new Routes(services, limits, gate).register(config.routes);
  }

  private void bound(Server server) {
    server.setStopTimeout(STOP_MILLIS);
    server.setErrorHandler(new PlainErrors());
    IngestHandler ingest = new IngestHandler(services, deadline);
    QueryHandler queries = new QueryHandler(services, gate, limits);
    // Behind the handler that counts requests, so that a stop lets running ones end.
    Handler.Singleton outer = server.getHandler() instanceof Handler.Singleton one ? one : server;
    outer.insertHandler(queries);
    outer.insertHandler(ingest);
  }

  private ServerConnector connector(
      Server server, HttpConfiguration http, InetSocketAddress address) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setIdleTimeout(limits.idle().toMillis());
    HttpConnectionFactory http1 = new HttpConnectionFactory(http);
    http1.setInputBufferSize(INPUT_BYTES);
    ServerConnector connector = new ServerConnector(server, 1, 1, http1);
    connector.setHost(address.getAddress().getHostAddress());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(limits.idle().toMillis());
    connector.addBean(deadline);
    server.addBean(new NetworkConnectionLimit(limits.connections(), connector));
    return connector;
  }

  private static MonitorException notBound(InetSocketAddress address, JavalinException failure) {
    String where = address.getAddress().getHostAddress() + ":" + address.getPort();
    boolean taken =
        failure instanceof JavalinBindException
            && String.valueOf(failure.getMessage()).contains("already in use");
    return taken
        ? new MonitorException(
            ErrorCode.LISTEN_ADDRESS_IN_USE,
            Blame.OPERATOR,
            "listen: "
                + where
                + " is taken by another process; stop it, or choose another port with --listen"
                + " 127.0.0.1:0",
            failure)
        : new MonitorException(
            ErrorCode.LISTEN_ADDRESS_REFUSED,
            Blame.ENVIRONMENT,
            "listen: "
                + where
                + " was refused by the system: "
                + failure.getMessage()
                + "; choose another port with --listen",
            failure);
  }

  /** Answers what is so malformed that it reaches no route. */
  private static final class PlainErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      return answer(response, callback);
    }
  }

  /** The same, for what fails inside the servlet container. */
  private static final class PlainServletErrors extends ErrorPageErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      return answer(response, callback);
    }
  }

  private static boolean answer(Response response, Callback callback) {
    int status = response.getStatus();
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, ProblemDetails.CONTENT_TYPE);
    byte[] problem =
        ProblemDetails.bytes(
            status,
            ErrorStatus.codeFor(status),
            "The request could not be read; send plain HTTP/1.1 with short headers");
    Content.Sink.write(response, true, new String(problem, UTF_8), callback);
    return true;
  }
}
