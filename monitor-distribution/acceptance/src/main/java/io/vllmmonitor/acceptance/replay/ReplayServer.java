package io.vllmmonitor.acceptance.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server on loopback that plays a recording: page n answers scrape n, as fast as it is scraped. A
 * scrape that failed by time-out takes the connection and says nothing until the client gives up;
 * one that was refused closes the port until {@link #reopen} is called, which is the player's
 * business, since nobody hears a refused connection. One request per connection, one thread per
 * connection; thread-safe.
 */
public final class ReplayServer implements AutoCloseable {
  private static final String MODELS =
      "{\"object\":\"list\",\"data\":[{\"id\":\"tiny\",\"object\":\"model\",\"owned_by\":\"vllm\"}]}";

  private final List<RecordedScrape> scrapes;
  private final List<String> served = new ArrayList<>();
  private final int port;
  private final Object lock = new Object();
  private @Nullable ServerSocket listener;
  private int next;
  private boolean closed;

  private ReplayServer(List<RecordedScrape> scrapes) throws IOException {
    this.scrapes = List.copyOf(scrapes);
    this.listener = listen(0);
    this.port = listener.getLocalPort();
    acceptOn(listener);
    synchronized (lock) {
      closeWhenRefusing();
    }
  }

  public static ReplayServer start(List<RecordedScrape> scrapes) throws IOException {
    return new ReplayServer(scrapes);
  }

  public String instance() {
    return "127.0.0.1:" + port;
  }

  /** The pages that were sent in full so far, in order. */
  public List<String> served() {
    synchronized (lock) {
      return List.copyOf(served);
    }
  }

  /** Whether every scrape of the recording was played. */
  public boolean isFinished() {
    synchronized (lock) {
      return next >= scrapes.size();
    }
  }

  /** Whether the port is closed because the recording refuses at this point. */
  public boolean isRefusing() {
    synchronized (lock) {
      return listener == null && next < scrapes.size();
    }
  }

  /** Ends a stretch of refusals: its scrapes count as played, and the port opens again. */
  public void reopen() throws IOException {
    synchronized (lock) {
      while (next < scrapes.size() && scrapes.get(next).kind() == RecordedScrape.Kind.REFUSED) {
        next++;
      }
      if (listener == null && next < scrapes.size() && !closed) {
        listener = listen(port);
        acceptOn(listener);
      }
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (lock) {
      closed = true;
      closeListener();
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  private void acceptOn(ServerSocket socket) {
    Thread acceptor =
        new Thread(
            () -> {
              while (!socket.isClosed()) {
                try {
                  Socket connection = socket.accept();
                  Thread worker = new Thread(() -> answer(connection), "replay-connection");
                  worker.setDaemon(true);
                  worker.start();
                } catch (IOException e) {
                  return; // the listener was closed: the recording refuses, or all is over
                }
              }
            },
            "replay-acceptor");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  private void answer(Socket connection) {
    try (connection) {
      BufferedReader request =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
      String first = request.readLine();
      skipHeaders(request);
      String path = first == null ? "" : first.split(" ", 3)[1];
      if (path.startsWith("/metrics")) {
        metrics(connection);
      } else if (path.equals("/health")) {
        health(connection);
      } else if (path.equals("/version")) {
        send(connection, 200, "application/json", "{\"version\":\"replayed\"}");
      } else if (path.equals("/v1/models")) {
        // Without log statistics a page has no vLLM family; then this tells what the server is.
        send(connection, 200, "application/json", MODELS);
      } else {
        send(connection, 404, "application/json", "{\"detail\":\"Not Found\"}");
      }
    } catch (IOException e) {
      // The client went away, which is how a time-out ends: nothing more can be said to it.
      Thread.currentThread().setName("replay-connection-gone");
    }
  }

  /** The headers say nothing we need. */
  private static void skipHeaders(BufferedReader request) throws IOException {
    String line = request.readLine();
    while (line != null && !line.isEmpty()) {
      line = request.readLine();
    }
  }

  private void metrics(Socket connection) throws IOException {
    RecordedScrape scrape;
    synchronized (lock) {
      if (next >= scrapes.size()) {
        return;
      }
      scrape = scrapes.get(next++);
      if (scrape.kind() == RecordedScrape.Kind.PAGE) {
        served.add(scrape.page());
      }
    }
    switch (scrape.kind()) {
      case PAGE -> send(connection, 200, "text/plain; version=1.0.0; charset=utf-8", scrape.page());
      case TIMED_OUT -> waitForHangUp(connection);
      case REFUSED -> connection.setSoLinger(true, 0); // cut by a reset
    }
    synchronized (lock) {
      closeWhenRefusing();
    }
  }

  private void health(Socket connection) throws IOException {
    int status;
    synchronized (lock) {
      status = scrapes.get(Math.min(next, scrapes.size() - 1)).healthStatus();
    }
    if (status == 0) {
      connection.setSoLinger(true, 0);
    } else {
      send(connection, status, "text/plain", "");
    }
  }

  private void closeWhenRefusing() throws IOException {
    boolean over = next >= scrapes.size();
    if (over || scrapes.get(next).kind() == RecordedScrape.Kind.REFUSED) {
      closeListener();
    }
  }

  private void closeListener() throws IOException {
    if (listener != null) {
      listener.close();
      listener = null;
    }
  }

  private static void waitForHangUp(Socket connection) throws IOException {
    InputStream in = connection.getInputStream();
    int read = 0;
    while (read >= 0) {
      read = in.read(); // a silent server reads on
    }
  }

  private static void send(Socket connection, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 "
            + status
            + " X\r\ncontent-type: "
            + type
            + "\r\ncontent-length: "
            + bytes.length
            + "\r\nconnection: close\r\n\r\n";
    OutputStream out = connection.getOutputStream();
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    out.flush();
  }
}
