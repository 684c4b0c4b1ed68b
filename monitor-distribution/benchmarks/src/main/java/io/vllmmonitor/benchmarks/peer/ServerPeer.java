package io.vllmmonitor.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.benchmarks.workload.Workload;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server process of its own, fed and asked over HTTP on loopback. Used by one thread. It can be
 * started again after it was stopped or killed, on the same data.
 */
public abstract class ServerPeer implements AutoCloseable {
  private static final Duration MOST = Duration.ofSeconds(60);

  private final String name;
  private final Path folder;
  private @Nullable Process process;
  private @Nullable Http http;

  /**
   * @param folder is made; data and log of the server go there
   */
  ServerPeer(String name, Path folder) {
    this.name = name;
    this.folder = folder;
  }

  /** Its name in tables. */
  public final String name() {
    return name;
  }

  /** Starts the process and waits until it says that it is ready. */
  public final void start() throws IOException {
    spawn();
    Waiting.until(name + " to be ready (log: " + log() + ")", MOST, this::ready);
  }

  /** Starts the process and answers how long it took until a query was answered with samples. */
  public final Duration startAndTime(Question question) throws IOException {
    long start = System.nanoTime();
    spawn();
    Waiting.until(
        name + " to answer",
        MOST,
        () -> ready() && !Answer.parse(ask(question)).series().isEmpty());
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void spawn() throws IOException {
    Files.createDirectories(data());
    int port = freePort();
    http = new Http(port);
    ProcessBuilder builder =
        new ProcessBuilder(command(port))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log()));
    process = builder.start();
  }

  private boolean ready() throws IOException {
    if (!process().isAlive()) {
      throw new IllegalStateException(
          name + " ended with " + process().exitValue() + "; its log is " + log());
    }
    http().get(readyPath());
    return true;
  }

  /**
   * Sends scrapes one a request, each after the last one was acknowledged.
   *
   * @param to exclusive
   * @throws IOException when one was not acknowledged
   */
  public final void ingest(Workload workload, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      send(workload, i);
    }
  }

  /** What the server answers to a question, as sent. */
  public final byte[] ask(Question question) throws IOException {
    return http().get(queryPrefix() + question.path());
  }

  /** CPU seconds of the process so far, its children included. */
  public final double cpuSeconds() throws IOException {
    return ProcessFigures.cpuSeconds(process().pid());
  }

  /** The most memory that was ever resident in this life of the process, in bytes. */
  public final long peakBytes() throws IOException {
    return ProcessFigures.peakBytes(process().pid());
  }

  /** The memory that is resident now, in bytes. */
  public final long residentBytes() throws IOException {
    return ProcessFigures.residentBytes(process().pid());
  }

  /** Whether the process is there. */
  public final boolean isAlive() {
    return process().isAlive();
  }

  /** Waits until the process has done what it does in the background. */
  public final void settle() throws IOException {
    double last = cpuSeconds();
    for (int i = 0; i < 30; i++) {
      Waiting.pause(Duration.ofMillis(100));
      double now = cpuSeconds();
      if (now - last < 0.015) {
        return;
      }
      last = now;
    }
  }

  /** Ends it in order. */
  public final void stop() throws IOException {
    process().destroy();
    awaitEnd();
  }

  /** Ends it as {@code kill -9} does. */
  public final void kill() throws IOException {
    process().destroyForcibly();
    awaitEnd();
  }

  private void awaitEnd() throws IOException {
    try {
      if (!process().waitFor(MOST.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException(name + " did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public final void close() throws IOException {
    if (process != null && process.isAlive()) {
      kill();
    }
    Folders.delete(data());
  }

  /** Brings all samples into their final form. */
  public abstract void compact() throws IOException;

  /** The bytes of all samples and of the index of their series, after {@link #compact()}. */
  public abstract long sampleBytes() throws IOException;

  /** How its figure of bytes comes about. */
  public abstract String sizeNote();

  abstract List<String> command(int port);

  abstract String readyPath();

  abstract String queryPrefix();

  abstract void send(Workload workload, int index) throws IOException;

  final Path data() {
    return folder.resolve("data");
  }

  private File log() {
    return folder.resolve("log").toFile();
  }

  final Http http() {
    return requireNonNull(http, "not started");
  }

  private Process process() {
    return requireNonNull(process, "not started");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
