package io.vllmmonitor.plugin.source.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.testkit.plugin.FakeLog;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VllmDiscoveryTest {
  private static final URI DEFAULT = URI.create("http://127.0.0.1:8000");
  private static final String HEADER =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

  @TempDir Path table;

  @Test
  void withoutAnyProcessTheDefaultPortIsTheOnlyCandidate() throws IOException {
    process(1, "/sbin/init");
    process(7, "/usr/bin/vllm", "bench", "serve");
    assertThat(candidates()).containsExactly(DEFAULT);
  }

  @Test
  void thePortOfTheCommandLineIsFound() throws IOException {
    process(10, "/opt/venv/bin/python3", "/opt/venv/bin/vllm", "serve", "tiny", "--port", "9001");
    process(11, "python3", "-m", "vllm.entrypoints.openai.api_server", "--port=9002");
    process(12, "vllm", "serve", "tiny", "--ssl-certfile", "c.pem", "--port", "9003");
    process(13, "VLLM::EngineCore");
    assertThat(candidates())
        .containsExactly(
            URI.create("http://127.0.0.1:9001"),
            URI.create("http://127.0.0.1:9002"),
            URI.create("https://127.0.0.1:9003"),
            DEFAULT);
  }

  @Test
  void thePortsOfATitledProcessAreReadFromTheKernel() throws IOException {
    Path process = process(20, "VLLM::APIServer_0            ");
    Files.createDirectories(process.resolve("fd"));
    Files.createSymbolicLink(process.resolve("fd/3"), Path.of("socket:[555]"));
    Files.createSymbolicLink(process.resolve("fd/4"), Path.of("socket:[556]"));
    Files.createSymbolicLink(process.resolve("fd/5"), Path.of("anon_inode:[eventpoll]"));
    Files.createDirectories(process.resolve("net"));
    Files.writeString(
        process.resolve("net/tcp"),
        HEADER
            + "   0: 00000000:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 555 1 0 100 0 0 10 0\n"
            + "   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 556 1 0 100 0 0 10 0\n"
            + "   2: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 999 1 0 100 0 0 10 0\n");
    Files.writeString(
        process.resolve("net/tcp6"),
        HEADER
            + "   0: 00000000000000000000000001000000:1F41 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 556 1 0 100 0 0 10 0\n");
    assertThat(candidates())
        .containsExactly(
            URI.create("http://127.0.0.1:9000"),
            URI.create("http://[0:0:0:0:0:0:0:1]:8001"),
            DEFAULT);
  }

  @Test
  void aProcessTableThatCannotBeReadLeavesTheDefault() {
    table = table.resolve("nowhere");
    assertThat(candidates()).containsExactly(DEFAULT);
  }

  private Iterable<URI> candidates() {
    return new VllmDiscovery(table, new FakeLog("discovery")).candidates();
  }

  private Path process(int pid, String... arguments) throws IOException {
    Path process = Files.createDirectory(table.resolve(Integer.toString(pid)));
    Files.writeString(process.resolve("cmdline"), String.join("\0", arguments) + "\0");
    return process;
  }
}
