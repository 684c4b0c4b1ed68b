package io.vllmmonitor.daemon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.core.config.ConfigFlags;
import io.vllmmonitor.core.config.ConfigLoader;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line does to a store without a daemon is in that store's audit. */
class OfflineAuditTest {
  @TempDir Path folder;

  private MonitorConfig config(Path data) {
    return new ConfigLoader(Map.of(), folder)
        .load(new ConfigFlags(List.of(), data, null, null), Map.of());
  }

  private static List<String> audit(Path data) {
    try (Closers closers = new Closers()) {
      return OpenedStore.open(PersistenceConfig.of(data), InstantSource.system(), closers)
          .memory()
          .audit(HistoryQuery.newest(), null, null, null, null)
          .items()
          .stream()
          .peek(entry -> assertThat(entry.actor()).isEqualTo(CommandLineUser.actor()))
          .map(entry -> entry.action() + " " + entry.result())
          .toList();
    }
  }

  private static String directory(Path path, String more) {
    return "{\"directory\":\"" + path + "\"" + more + "}";
  }

  @Test
  void everyVerbIsNoted() throws Exception {
    Path data = folder.resolve("data");
    assertThat(OfflineStore.forget(config(data), true)).contains("\"dry_run\":true");
    assertThat(OfflineStore.forget(config(data), false)).contains("\"dry_run\":false");
    assertThat(OfflineStore.backUp(config(data))).contains("\"files\"");
    Path archive = folder.resolve("archive");
    assertThat(OfflineExchange.run(config(data), "export", directory(archive, "")))
        .contains("samples");
    assertThat(
            OfflineExchange.run(
                config(data), "import", directory(archive, ",\"mode\":\"replace\"")))
        .contains("parts");
    assertThatThrownBy(() -> OfflineExchange.run(config(data), "export", directory(archive, "")))
        .isInstanceOf(MonitorException.class);
    assertThat(audit(data))
        .containsExactly(
            "EXPORT REFUSED",
            "IMPORT DONE",
            "EXPORT DONE",
            "BACKUP DONE",
            "RETENTION DONE",
            "RETENTION DRY_RUN");
  }

  @Test
  void aRestoredStoreKnowsThatItWasRestored() throws Exception {
    Path data = folder.resolve("data");
    assertThat(OfflineStore.backUp(config(data))).contains("\"files\"");
    Path backup;
    try (Stream<Path> backups = Files.list(data.resolve("backups"))) {
      backup = backups.findFirst().orElseThrow();
    }
    Path fresh = folder.resolve("fresh");
    assertThat(OfflineStore.restore(backup, fresh, () -> config(fresh))).isPositive();
    assertThat(audit(fresh)).containsExactly("RESTORE DONE");
  }

  @Test
  void theCommandLineIsTheSameActorWithAndWithoutADaemon() {
    assertThat(CommandLineUser.userAgent())
        .isEqualTo("vllm-monitor-cli (" + CommandLineUser.actor().substring(4) + ")");
  }
}
