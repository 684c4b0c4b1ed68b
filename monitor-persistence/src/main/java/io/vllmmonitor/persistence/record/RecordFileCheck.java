package io.vllmmonitor.persistence.record;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.sqlite.SqliteInspection;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads every row of {@code monitor.db} and compares it with its checksum. Called by verification;
 * changes nothing.
 */
public final class RecordFileCheck {
  /** Told what is there, in the order of the tables; called by one thread. */
  public interface Findings {
    /** Something is wrong with the file itself, or with rows that are no records. */
    void found(String what);

    /** A row that matches its checksum. */
    void sound(StoredRecord row);

    /** A row that does not. */
    void damaged(RecordKind kind, String what);

    /** How many hourly rows there are for people who look into the view {@code metrics}. */
    void hourlyRows(long rows);

    /** Something names a row that is not there: no damage, but worth knowing. */
    void missing(String what);
  }

  /** What names what, and how the rows are found that name something that is gone. */
  private record Reference(String what, String sql) {}

  private static final List<Reference> REFERENCES =
      List.of(
          new Reference(
              "incidents that mitigation_attempts name",
              "SELECT DISTINCT incident_id FROM mitigation_attempts WHERE incident_id IS NOT NULL"
                  + " AND incident_id NOT IN (SELECT id FROM incidents)"),
          new Reference(
              "checkpoints that happy_paths name",
              "SELECT DISTINCT named.value FROM happy_paths, json_each(CASE WHEN"
                  + " json_valid(detail) THEN detail ELSE '{}' END, '$.checkpoints') AS named"
                  + " WHERE named.type = 'text'"
                  + " AND named.value NOT IN (SELECT id FROM checkpoints)"),
          new Reference(
              "blobs with the code that plugins name",
              "SELECT DISTINCT code_hash FROM plugins WHERE code_hash IS NOT NULL"
                  + " AND code_hash NOT IN (SELECT hash FROM blobs)"));

  private static final int NAMED = 5;

  private final SqliteInspection inspection;

  public RecordFileCheck(SqliteInspection inspection) {
    this.inspection = inspection;
  }

  /** More work on the same snapshot, such as looking at what else lies in the file. */
  public interface More {
    void run(SqliteSession session) throws SQLException;
  }

  /**
   * Checks the structure, the commits and every row.
   *
   * @throws MonitorException STORE_FOREIGN, STORE_NEWER, STORE_DAMAGED or STORE_IO when the file
   *     cannot be read, or not to its end
   */
  public void check(Path file, Findings findings, More more) {
    boolean unused =
        inspection.inspect(
            file,
            RecordSchema.current(),
            findings::found,
            session -> {
              for (RecordKind kind : RecordKind.values()) {
                Consumer<String> damaged = what -> findings.damaged(kind, what);
                new RecordTable(kind, false).each(session, findings::sound, damaged);
              }
              more.run(session);
              checkHours(session, findings);
              for (Reference reference : REFERENCES) {
                checkReference(session, reference, findings);
              }
              return true;
            });
  }

  private static void checkHours(SqliteSession session, Findings findings) throws SQLException {
    findings.hourlyRows(session.number("SELECT count(*) FROM metric_hours"));
    long orphans =
        session.number(
            "SELECT count(*) FROM metric_hours"
                + " WHERE series_id NOT IN (SELECT id FROM metric_series)");
    if (orphans > 0) {
      findings.found(orphans + " rows of metric_hours name series that are not there");
    }
  }

  private static void checkReference(SqliteSession session, Reference reference, Findings findings)
      throws SQLException {
    List<String> first = new ArrayList<>();
    long count = 0;
    PreparedStatement select = session.prepare(reference.sql());
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        count++;
        if (first.size() < NAMED) {
          first.add(rows.getString(1));
        }
      }
    }
    if (count > 0) {
      String others = count > first.size() ? " and " + (count - first.size()) + " more" : "";
      findings.missing(
          count + " " + reference.what() + " are not there: " + String.join(", ", first) + others);
    }
  }
}
