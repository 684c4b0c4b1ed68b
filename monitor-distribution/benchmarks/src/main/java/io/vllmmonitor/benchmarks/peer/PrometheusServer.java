package io.vllmmonitor.benchmarks.peer;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.benchmarks.workload.RemoteWrite;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Debian's Prometheus, fed by remote write. */
public final class PrometheusServer extends ServerPeer {
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Type", "application/x-protobuf",
          "Content-Encoding", "snappy",
          "X-Prometheus-Remote-Write-Version", "0.1.0");

  private final Path config;
  private final RemoteWrite remoteWrite = new RemoteWrite();

  public PrometheusServer(Path folder) {
    super("Prometheus", folder);
    config = folder.resolve("prometheus.yml");
  }

  @Override
  List<String> command(int port) {
    try {
      Files.writeString(config, "global:\n  scrape_interval: 1h\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of(
        "prometheus",
        "--config.file=" + config,
        "--storage.tsdb.path=" + data(),
        "--web.listen-address=127.0.0.1:" + port,
        "--web.enable-remote-write-receiver",
        "--web.enable-admin-api",
        "--log.level=warn");
  }

  @Override
  String readyPath() {
    return "/-/ready";
  }

  @Override
  String queryPrefix() {
    return "/api/v1";
  }

  @Override
  void send(Workload workload, int index) throws IOException {
    byte[] body = remoteWrite.encode(workload.scrape(index), workload.timeOf(index));
    http().post("/api/v1/write", HEADERS, body);
  }

  /** Nothing: Prometheus compacts its head when it wants to; sizes are taken of a snapshot. */
  @Override
  public void compact() {}

  @Override
  public long sampleBytes() throws IOException {
    byte[] answer =
        http().post("/api/v1/admin/tsdb/snapshot?skip_head=false", Map.of(), new byte[0]);
    String name = new ObjectMapper().readTree(answer).path("data").path("name").asText();
    Path snapshot = data().resolve("snapshots").resolve(name);
    long bytes = Folders.bytes(snapshot, file -> true);
    Folders.delete(snapshot);
    return bytes;
  }

  @Override
  public String sizeNote() {
    return "blocks of a snapshot, which compacts the head into a block; the log is not counted";
  }
}
