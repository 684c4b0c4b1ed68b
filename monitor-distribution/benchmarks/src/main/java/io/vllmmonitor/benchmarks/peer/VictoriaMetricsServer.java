package io.vllmmonitor.benchmarks.peer;

import io.vllmmonitor.benchmarks.workload.ExpositionText;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Debian's VictoriaMetrics, fed with the same text as our daemon, its cache of answers off. */
public final class VictoriaMetricsServer extends ServerPeer {
  private final ExpositionText text = new ExpositionText();

  public VictoriaMetricsServer(Path folder) {
    super("VictoriaMetrics", folder);
  }

  @Override
  List<String> command(int port) {
    return List.of(
        "victoria-metrics",
        "-storageDataPath=" + data(),
        "-httpListenAddr=127.0.0.1:" + port,
        "-retentionPeriod=12",
        "-search.latencyOffset=1ms",
        "-search.disableCache",
        "-loggerLevel=WARN");
  }

  @Override
  String readyPath() {
    return "/health";
  }

  @Override
  String queryPrefix() {
    return "/api/v1";
  }

  @Override
  void send(Workload workload, int index) throws IOException {
    byte[] body = text.encode(workload.scrape(index), workload.timeOf(index));
    http().post("/api/v1/import/prometheus", Map.of("Content-Type", "text/plain"), body);
  }

  @Override
  public void compact() throws IOException {
    http().get("/internal/force_flush");
    http().get("/internal/force_merge");
    Waiting.pause(Duration.ofMillis(300));
    Waiting.until(
        "VictoriaMetrics to merge",
        Duration.ofMinutes(2),
        () ->
            new String(http().get("/metrics"), StandardCharsets.UTF_8)
                .contains("vm_active_force_merges 0"));
    settle();
  }

  @Override
  public long sampleBytes() throws IOException {
    return Folders.bytes(data().resolve("data"), file -> true)
        + Folders.bytes(data().resolve("indexdb"), file -> true);
  }

  @Override
  public String sizeNote() {
    return "data and index after a forced merge; it has no log";
  }
}
