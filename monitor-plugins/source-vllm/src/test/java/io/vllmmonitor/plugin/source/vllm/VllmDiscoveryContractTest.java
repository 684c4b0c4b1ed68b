package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.testkit.plugin.FakeLog;
import io.vllmmonitor.testkit.plugin.TargetDiscoveryContract;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class VllmDiscoveryContractTest extends TargetDiscoveryContract {
  private Path table = Path.of("nowhere");

  @BeforeEach
  void process() throws IOException {
    table = Files.createTempDirectory("process-table");
    Path process = Files.createDirectory(table.resolve("10"));
    Files.writeString(
        process.resolve("cmdline"), "vllm\0serve\0tiny\0--port\0" + server().getPort() + "\0");
  }

  @AfterEach
  void delete() throws IOException {
    for (String name : new String[] {"10/cmdline", "10", ""}) {
      Files.deleteIfExists(table.resolve(name));
    }
  }

  @Override
  protected TargetDiscovery discovery() {
    return new VllmDiscovery(table, new FakeLog("discovery"));
  }

  @Override
  protected URI server() {
    return URI.create("http://127.0.0.1:9001");
  }

  @Override
  protected TargetDiscovery discoveryOfNothing() {
    return new VllmDiscovery(table.resolve("nowhere"), new FakeLog("discovery"));
  }
}
