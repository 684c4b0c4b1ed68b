package io.vllmmonitor.persistence.rollup;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.Checksum;
import io.vllmmonitor.persistence.format.IntLists;
import io.vllmmonitor.persistence.format.LabelsJson;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The series and shapes of one file, as far as they were committed. Both are only ever added, so
 * what is known is completed from the file at each use. Thread-safe.
 */
final class RollupCatalog {
  /** The ids of the series of a pack, in its order. */
  record Shape(int id, String group, List<Integer> members) {
    Shape {
      members = List.copyOf(members);
    }
  }

  private final Consumer<String> damage;
  // All guarded by this.
  private final Map<Integer, SeriesKey> series = new HashMap<>();
  private final Map<SeriesKey, Integer> ids = new HashMap<>();
  private final List<Shape> shapes = new ArrayList<>();
  private final List<Integer> damagedShapes = new ArrayList<>();
  private int lastSeries;
  private int lastShape;

  /**
   * @param damage told about each row that is damaged, once
   */
  RollupCatalog(Consumer<String> damage) {
    this.damage = damage;
  }

  /** Reads what was added since the last time. */
  synchronized void refresh(SqliteSession session) throws SQLException {
    load(
        session,
        "SELECT id, name, labels, crc FROM series WHERE id > ? ORDER BY id",
        lastSeries,
        this::addSeries);
    load(
        session,
        "SELECT id, scrape_group, members, crc FROM shapes WHERE id > ? ORDER BY id",
        lastShape,
        this::addShape);
  }

  private interface RowWork {
    void take(ResultSet row) throws SQLException;
  }

  private static void load(SqliteSession session, String sql, int after, RowWork work)
      throws SQLException {
    PreparedStatement select = session.prepare(sql);
    select.setInt(1, after);
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        work.take(rows);
      }
    }
  }

  private void addSeries(ResultSet row) throws SQLException {
    int id = row.getInt(1);
    lastSeries = id;
    String name = row.getString(2);
    String labels = row.getString(3);
    if (seriesChecksum(id, name, labels) != row.getLong(4)) {
      damage.accept("series " + id + " does not match its checksum");
      return;
    }
    SeriesKey key = new SeriesKey(name, LabelsJson.decode(labels));
    series.put(id, key);
    ids.put(key, id);
  }

  private void addShape(ResultSet row) throws SQLException {
    int id = row.getInt(1);
    lastShape = id;
    String group = row.getString(2);
    byte[] members = row.getBytes(3);
    if (shapeChecksum(id, group, members) != row.getLong(4)) {
      damagedShapes.add(id);
      damage.accept("shape " + id + " does not match its checksum");
      return;
    }
    List<Integer> list = new ArrayList<>();
    for (int member : IntLists.decode(members)) {
      list.add(member);
    }
    shapes.add(new Shape(id, group, list));
  }

  static long seriesChecksum(int id, String name, String labels) {
    return new Checksum().add(id).add(name).add(labels).value();
  }

  static long shapeChecksum(int id, String group, byte[] members) {
    return new Checksum().add(id).add(group).add(members).value();
  }

  /** The id of a series; null when it has none yet. */
  synchronized @Nullable Integer id(SeriesKey key) {
    return ids.get(key);
  }

  /** The series of an id; null when its row is damaged. */
  synchronized @Nullable SeriesKey series(int id) {
    return series.get(id);
  }

  synchronized int lastSeries() {
    return lastSeries;
  }

  synchronized int lastShape() {
    return lastShape;
  }

  /** Shapes of which nobody knows the series any more. */
  synchronized List<Integer> damagedShapes() {
    return List.copyOf(damagedShapes);
  }

  synchronized List<Shape> shapes(Predicate<Shape> wanted) {
    return shapes.stream().filter(wanted).toList();
  }
}
