package io.vllmmonitor.benchmarks.peer;

import io.vllmmonitor.benchmarks.workload.ExpositionText;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Our daemon, from the unzipped bundle, fed with exposition text. */
public final class OurDaemon extends ServerPeer {
  private final Path bundle;
  private final List<String> arguments;
  private final ExpositionText text = new ExpositionText();

  /**
   * @param bundle the top folder of the unzipped distribution
   */
  public OurDaemon(Path bundle, Path folder) {
    this(bundle, folder, List.of());
  }

  /**
   * @param arguments given to {@code up} beside the data directory and the address
   */
  public OurDaemon(Path bundle, Path folder, List<String> arguments) {
    super("vllm-monitor", folder);
    this.bundle = bundle;
    this.arguments = List.copyOf(arguments);
  }

  /** Where its data is; made at the first start. */
  public Path directory() {
    return data();
  }

  /** The answer to a GET, as sent. */
  public byte[] get(String path) throws IOException {
    return http().get(path);
  }

  @Override
  List<String> command(int port) {
    List<String> command =
        new ArrayList<>(
            List.of(
                bundle.resolve("bin/vllm-monitor").toString(),
                "up",
                "--data",
                data().toString(),
                "--listen",
                "127.0.0.1:" + port));
    command.addAll(arguments);
    return command;
  }

  @Override
  String readyPath() {
    return "/readyz";
  }

  @Override
  String queryPrefix() {
    return "/prometheus/api/v1";
  }

  @Override
  void send(Workload workload, int index) throws IOException {
    post("/api/v1/import/prometheus", text.encode(workload.scrape(index), workload.timeOf(index)));
  }

  @Override
  public void compact() throws IOException {
    post("/api/v1/admin/flush", new byte[0]);
  }

  private void post(String path, byte[] body) throws IOException {
    http().post(path, Map.of("Content-Type", "text/plain", "Authorization", bearer()), body);
  }

  private String bearer() throws IOException {
    return "Bearer " + Files.readString(data().resolve("token")).strip();
  }

  @Override
  public long sampleBytes() throws IOException {
    return Folders.bytes(
        data().resolve("metrics"), file -> !file.getFileName().toString().startsWith("rollup"));
  }

  /**
   * Everything in the data directory that grows with the samples, in bytes: neither the reserve for
   * a full disk, which holds nothing, nor the archive of classes.
   */
  public long allBytes() throws IOException {
    Path reserve = data().resolve("reserve");
    Path cache = data().resolve("cache");
    return Folders.bytes(data(), file -> !file.equals(reserve) && !file.startsWith(cache));
  }

  @Override
  public String sizeNote() {
    return "day files after a flush, journals included; rollups are told apart";
  }
}
