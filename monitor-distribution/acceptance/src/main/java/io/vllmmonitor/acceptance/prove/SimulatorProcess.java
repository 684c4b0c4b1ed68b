package io.vllmmonitor.acceptance.prove;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The simulated vLLM server of the bundle in a process of its own, so that it outlives the daemon.
 */
final class SimulatorProcess implements WatchedServer {
  private final Process process;
  private final int port;

  private SimulatorProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static SimulatorProcess start(ProofSetting setting, List<String> arguments) throws IOException {
    int port = freePort();
    Path output = setting.scratch().resolve("simulator.log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                setting.bundle().resolve("lib") + "/*",
                "io.vllmmonitor.simulator.server.SimulatorMain",
                "--port",
                Integer.toString(port)));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    SimulatorProcess simulator = new SimulatorProcess(process, port);
    Until.holds(
        "the simulated server to answer",
        Duration.ofSeconds(30),
        () -> simulator.rest().status("/health") == 200);
    return simulator;
  }

  @Override
  public String url() {
    return instance();
  }

  @Override
  public boolean canFail() {
    return true;
  }

  @Override
  public void exhaustKv() throws IOException, InterruptedException {
    faults("{\"fault\":\"kv_exhaustion\"}");
  }

  @Override
  public void clearFaults() throws IOException, InterruptedException {
    faults("{\"clear\":true}");
  }

  private void faults(String body) throws IOException, InterruptedException {
    int status = rest().post("/simulator/faults", body);
    if (status / 100 != 2) {
      throw new ProofFailure("The simulator answered " + status + " to " + body);
    }
  }

  @Override
  public String instance() {
    return "127.0.0.1:" + port;
  }

  private Rest rest() {
    return new Rest("http://" + instance());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
