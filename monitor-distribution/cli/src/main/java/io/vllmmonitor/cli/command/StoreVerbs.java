package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.daemon.boot.OfflineStore;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The verbs that keep a store in order: through the daemon where one runs, else by opening the
 * store themselves.
 */
final class StoreVerbs {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StoreVerbs() {}

  /** Forgets what is old. */
  @Command(
      name = "retention",
      description = "Forget what is older than it is to be kept, as the daemon does every hour.")
  static final class Forget implements Runnable {
    @Option(names = "--dry-run", description = "Only say what would be forgotten.")
    private boolean dryRun;

    private final MonitorCommand root;

    Forget(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      JsonNode result =
          result(
              root,
              "retention",
              "{\"dry_run\":" + dryRun + "}",
              config -> OfflineStore.forget(config, dryRun));
      if (root.json()) {
        root.print(result.toString());
        return;
      }
      Table table = new Table("WHAT", "REASON", "ROWS", "KEPT", "BYTES");
      for (JsonNode part : result.path("parts")) {
        table.row(
            Reading.text(part, "name"),
            Reading.text(part, "reason"),
            Reading.NOTHING,
            Reading.NOTHING,
            Reading.text(part, "bytes"));
      }
      for (JsonNode kind : result.path("records")) {
        table.row(
            Reading.text(kind, "table"),
            "AGE",
            Reading.text(kind, "rows"),
            Reading.text(kind, "kept"),
            Reading.NOTHING);
      }
      table.lines().forEach(root::print);
      root.print(
          (dryRun ? "Would give back " : "Gave back ")
              + result.path("bytes").asLong()
              + " bytes of samples"
              + (dryRun ? "; a dry run, nothing was changed" : ""));
    }
  }

  /** Makes a backup. */
  @Command(
      name = "backup",
      description = "Make a verified backup below 'backups' in the data directory.")
  static final class Backup implements Runnable {
    private final MonitorCommand root;

    Backup(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      JsonNode result = result(root, "backup", "", OfflineStore::backUp);
      root.print(
          root.json()
              ? result.toString()
              : "Backed up "
                  + result.path("files").asLong()
                  + " files ("
                  + result.path("bytes").asLong()
                  + " bytes, "
                  + result.path("copied").asLong()
                  + " of them copied) into "
                  + Table.clean(result.path("path").asText()));
    }
  }

  /** Restores a backup. */
  @Command(
      name = "restore",
      description = "Restore a backup into the fresh directory that --data names.")
  static final class Restore implements Runnable {
    @Parameters(paramLabel = "BACKUP", description = "The folder that 'backup' made.")
    private Path backup = Path.of("");

    private final MonitorCommand root;

    Restore(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      Path data = root.directory();
      int files = OfflineStore.restore(backup.toAbsolutePath(), data, root::configuration);
      root.print(
          root.json()
              ? "{\"files\":" + files + "}"
              : "Restored " + files + " files into " + Table.clean(data.toString()));
    }
  }

  static JsonNode result(
      MonitorCommand root, String verb, String body, Function<MonitorConfig, String> offline) {
    if (DaemonClient.isThere(root.directory())) {
      DaemonClient daemon = root.daemon();
      return ExchangeVerbs.await(daemon, daemon.post("/api/v1/" + verb, body).json());
    }
    try {
      return MAPPER.readTree(offline.apply(root.configuration()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The result is no JSON", e);
    }
  }
}
