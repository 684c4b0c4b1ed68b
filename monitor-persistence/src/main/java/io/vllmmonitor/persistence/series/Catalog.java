package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.Checksum;
import io.vllmmonitor.persistence.format.IntLists;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which series the numbers of a day file stand for, and which series its shapes hold, as far as
 * readers have seen them. Holds committed rows only, which never change. Thread-safe.
 */
final class Catalog {
  private static final String ADVICE =
      ". Samples of that day cannot be trusted as they are; keep a copy of the file, then "
          + "restore it from a backup or take it away";

  private final Path file;
  private final Map<Integer, SeriesKey> series = new HashMap<>(); // guarded by this
  private final Map<Integer, SeriesKey[]> shapes = new HashMap<>(); // guarded by this
  private int lastSeries; // guarded by this
  private int lastShape; // guarded by this

  Catalog(Path file) {
    this.file = file;
  }

  /** The members of all shapes in the snapshot of this session, by shape. */
  synchronized Map<Integer, SeriesKey[]> shapes(SqliteSession session) throws SQLException {
    loadSeries(session);
    loadShapes(session);
    return Map.copyOf(shapes);
  }

  private void loadSeries(SqliteSession session) throws SQLException {
    PreparedStatement select =
        session.prepare("SELECT id, name, labels, crc FROM series WHERE id > ? ORDER BY id");
    select.setInt(1, lastSeries);
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        int id = rows.getInt(1);
        series.put(id, key(id, rows.getString(2), rows.getString(3), rows.getLong(4)));
        lastSeries = id;
      }
    }
  }

  private SeriesKey key(int id, @Nullable String name, @Nullable String labels, long crc) {
    if (name == null || labels == null || seriesChecksum(id, name, labels) != crc) {
      throw damaged(file, "series " + id + " does not match its checksum");
    }
    return new SeriesKey(name, Labelling.fromJson(labels));
  }

  private void loadShapes(SqliteSession session) throws SQLException {
    PreparedStatement select =
        session.prepare("SELECT id, target, members, crc FROM shapes WHERE id > ? ORDER BY id");
    select.setInt(1, lastShape);
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        int id = rows.getInt(1);
        byte[] members = rows.getBytes(3);
        if (members == null || shapeChecksum(id, rows.getString(2), members) != rows.getLong(4)) {
          throw damaged(file, "shape " + id + " does not match its checksum");
        }
        shapes.put(id, resolve(id, IntLists.decode(members)));
        lastShape = id;
      }
    }
  }

  private SeriesKey[] resolve(int shape, int[] members) {
    SeriesKey[] keys = new SeriesKey[members.length];
    for (int i = 0; i < keys.length; i++) {
      SeriesKey key = series.get(members[i]);
      if (key == null) {
        throw damaged(file, "shape " + shape + " names series " + members[i] + ", which is gone");
      }
      keys[i] = key;
    }
    return keys;
  }

  static long seriesChecksum(int id, String name, String labels) {
    return new Checksum().add(id).add(name).add(labels).value();
  }

  static long shapeChecksum(int id, @Nullable String target, byte[] members) {
    return new Checksum().add(id).add(target).add(members).value();
  }

  static MonitorException damaged(Path file, String found) {
    return new MonitorException(
        ErrorCode.STORE_DAMAGED, Blame.ENVIRONMENT, file + ": " + found + ADVICE);
  }

  /** What {@link #damaged} was told. */
  static String foundIn(Path file, MonitorException damage) {
    String text = String.valueOf(damage.getMessage());
    String start = file + ": ";
    return text.startsWith(start) && text.endsWith(ADVICE)
        ? text.substring(start.length(), text.length() - ADVICE.length())
        : text;
  }
}
