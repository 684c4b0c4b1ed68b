package io.vllmmonitor.benchmarks.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The simulated vLLM server of the bundle, in a process of its own. Used by one thread. */
public final class SimulatedServer implements AutoCloseable {
  private static final Duration MOST = Duration.ofSeconds(30);

  private final Process process;
  private final int port;

  private SimulatedServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it on a free port and waits until it answers.
   *
   * @param bundle the top folder of the unzipped distribution
   * @param folder is made; its log goes there
   */
  public static SimulatedServer start(Path bundle, Path folder) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    bundle.resolve("lib") + "/*",
                    "io.vllmmonitor.simulator.server.SimulatorMain",
                    "--port",
                    Integer.toString(port)))
            .redirectErrorStream(true)
            .redirectOutput(Files.createDirectories(folder).resolve("simulator.log").toFile())
            .start();
    SimulatedServer server = new SimulatedServer(process, port);
    try {
      Waiting.until(
          "the simulated server to answer", MOST, () -> new Http(port).get("/metrics").length > 0);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    return server;
  }

  /** As it appears in labels, such as {@code 127.0.0.1:8000}. */
  public String instance() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
