package io.vllmmonitor.persistence.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordSchemaTest {
  @TempDir Path folder;

  @Test
  void everyKindHasItsTableWithItsColumnsVisibleToPlainSql() throws Exception {
    OpenStores.in(folder, ManualClock.at("2026-11-25T12:00:00Z")).close();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("monitor.db"));
        Statement statement = connection.createStatement()) {
      for (RecordKind kind : RecordKind.values()) {
        List<String> names = new ArrayList<>();
        try (ResultSet rows =
            statement.executeQuery("SELECT name FROM pragma_table_info('" + kind.table() + "')")) {
          while (rows.next()) {
            names.add(rows.getString(1));
          }
        }
        List<String> expected = new ArrayList<>(List.of("id", "at_millis", "target"));
        expected.addAll(kind.columns());
        expected.addAll(List.of("detail", "crc"));
        assertThat(names).isEqualTo(expected);
      }
    }
  }
}
