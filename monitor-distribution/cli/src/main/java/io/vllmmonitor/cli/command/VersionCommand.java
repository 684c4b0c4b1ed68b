package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vllmmonitor.daemon.boot.ProductVersion;
import picocli.CommandLine.Command;

/** Says what is installed; needs no daemon. */
@Command(name = "version", description = "Print the version of this program and of Java.")
final class VersionCommand implements Runnable {
  private final MonitorCommand root;

  VersionCommand(MonitorCommand root) {
    this.root = root;
  }

  @Override
  public void run() {
    String version = ProductVersion.get();
    String java = Runtime.version().toString();
    root.print(
        root.json()
            ? JsonNodeFactory.instance
                .objectNode()
                .put("version", version)
                .put("java", java)
                .toString()
            : "vllm-monitor " + version + " (Java " + java + ")");
  }
}
