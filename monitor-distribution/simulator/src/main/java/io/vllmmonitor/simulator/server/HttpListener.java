package io.vllmmonitor.simulator.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening port with a thread per connection. Plain sockets, because a simulated death must
 * refuse, reset and count connections exactly. Safe for any thread.
 */
final class HttpListener {
  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
  private static final int MAX_CONNECTIONS = 4_000;
  private static final long ACCEPT_END_MILLIS = 2_000;
  private static final AtomicLong THREADS = new AtomicLong();

  private final ServerSocket socket;
  private final InstantSource clock;
  private final Session session;
  private final Set<HttpConnection> open = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;
  private volatile boolean stopped;

  /** Serves the requests of one connection. */
  interface Session {
    void serve(HttpConnection connection) throws IOException;
  }

  private HttpListener(ServerSocket socket, InstantSource clock, Session session) {
    this.socket = socket;
    this.clock = clock;
    this.session = session;
    this.acceptor = new Thread(this::accept, "simulator-accept-" + socket.getLocalPort());
    acceptor.setDaemon(true);
  }

  /**
   * Listens.
   *
   * @param port 0: any free one
   * @throws UncheckedIOException if the address cannot be bound
   */
  static HttpListener open(String host, int port, InstantSource clock, Session session) {
    try {
      ServerSocket socket = new ServerSocket();
      try {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(host, port), 1_024);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
      HttpListener listener = new HttpListener(socket, clock, session);
      listener.acceptor.start();
      return listener;
    } catch (BindException e) {
      throw new UncheckedIOException(
          "the address %s:%d is taken: choose another port".formatted(host, port), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on %s:%d".formatted(host, port), e);
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  int connections() {
    return open.size();
  }

  /** From now on connections are refused; open ones live on until {@link #reset}. */
  void refuse() {
    stopped = true;
    try {
      socket.close();
      // The kernel listens on until the blocked accept has returned.
      acceptor.join(ACCEPT_END_MILLIS);
    } catch (IOException e) {
      LOG.warn("closing the listening socket failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Resets every open connection. */
  void reset() {
    for (HttpConnection connection : open) {
      try {
        connection.abort();
      } catch (IOException e) {
        LOG.debug("a connection was already closed when it was reset", e);
      }
    }
  }

  private void accept() {
    while (!stopped) {
      try {
        Socket client = socket.accept();
        if (open.size() >= MAX_CONNECTIONS) {
          client.close();
          continue;
        }
        HttpConnection connection = new HttpConnection(client, clock);
        open.add(connection);
        Thread server =
            new Thread(() -> serve(connection), "simulator-http-" + THREADS.incrementAndGet());
        server.setDaemon(true);
        server.start();
      } catch (IOException e) {
        if (!stopped) {
          LOG.warn("accepting a connection failed", e);
        }
      }
    }
  }

  private void serve(HttpConnection connection) {
    try {
      session.serve(connection);
    } catch (IOException e) {
      // The usual end of a client that went away or of a simulated death.
      LOG.debug("a connection ended early", e);
    } finally {
      try {
        connection.close();
      } catch (IOException e) {
        LOG.debug("closing a connection failed", e);
      }
      open.remove(connection);
    }
  }
}
