package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.Checksum;
import io.vllmmonitor.persistence.format.IntLists;
import io.vllmmonitor.persistence.format.JournalRowCodec;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows into the journal of one day: names of series once, shapes of pages once, then one row
 * per scrape. Knows what is in the file from having read it at its first row; thrown away when a
 * transaction fails, since then it may know of rows that are not there. Confined to the writing
 * thread.
 */
final class JournalWriter {
  /** The low bits of a row's id count the rows of one millisecond. */
  static final int COUNT_BITS = 16;

  private static final long MOST_PER_MILLI = (1L << COUNT_BITS) - 1;

  private static final class Shape {
    private final String target;
    private final int[] members;

    Shape(String target, int[] members) {
      this.target = target;
      this.members = members;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Shape shape
          && target.equals(shape.target)
          && Arrays.equals(members, shape.members);
    }

    @Override
    public int hashCode() {
      return 31 * target.hashCode() + Arrays.hashCode(members);
    }
  }

  private record Known(List<SeriesKey> series, int shape) {}

  private final Path file;
  private final JournalRowCodec codec = new JournalRowCodec();
  private final Map<SeriesKey, Integer> series = new HashMap<>();
  private final Map<Shape, Integer> shapes = new HashMap<>();
  private final Map<String, Known> lastOfTarget = new HashMap<>();
  private final Map<String, Integer> waiting = new HashMap<>();
  private long lastId;

  private JournalWriter(Path file) {
    this.file = file;
  }

  static JournalWriter load(Path file, SqliteSession session) throws SQLException {
    JournalWriter writer = new JournalWriter(file);
    writer.loadSeries(session);
    writer.loadShapes(session);
    writer.loadWaiting(session);
    writer.lastId = session.number("SELECT coalesce(max(id), " + Long.MIN_VALUE + ") FROM journal");
    return writer;
  }

  private void loadSeries(SqliteSession session) throws SQLException {
    try (ResultSet rows =
        session.prepare("SELECT id, name, labels, crc FROM series").executeQuery()) {
      while (rows.next()) {
        int id = rows.getInt(1);
        String name = rows.getString(2);
        String labels = rows.getString(3);
        if (Catalog.seriesChecksum(id, name, labels) != rows.getLong(4)) {
          throw Catalog.damaged(file, "series " + id + " does not match its checksum");
        }
        Integer twin = series.put(new SeriesKey(name, Labelling.fromJson(labels)), id);
        if (twin != null) {
          throw Catalog.damaged(file, "series " + id + " is series " + twin + " once more");
        }
      }
    }
  }

  private void loadShapes(SqliteSession session) throws SQLException {
    try (ResultSet rows =
        session.prepare("SELECT id, target, members, crc FROM shapes").executeQuery()) {
      while (rows.next()) {
        int id = rows.getInt(1);
        byte[] members = rows.getBytes(3);
        if (Catalog.shapeChecksum(id, rows.getString(2), members) != rows.getLong(4)) {
          throw Catalog.damaged(file, "shape " + id + " does not match its checksum");
        }
        shapes.put(new Shape(rows.getString(2), IntLists.decode(members)), id);
      }
    }
  }

  private void loadWaiting(SqliteSession session) throws SQLException {
    try (ResultSet rows =
        session
            .prepare(
                "SELECT s.target, count(*) FROM journal j JOIN shapes s ON s.id = j.shape"
                    + " GROUP BY s.target")
            .executeQuery()) {
      while (rows.next()) {
        waiting.put(rows.getString(1), rows.getInt(2));
      }
    }
  }

  /** Inside a transaction. */
  void write(SqliteSession session, List<JournalRow> rows) throws SQLException {
    long samples = 0;
    for (JournalRow row : rows) {
      insert(session, row, shapeOf(session, row));
      samples += row.values().length;
    }
    PreparedStatement totals =
        session.prepare("UPDATE totals SET samples = samples + ? WHERE id = 1");
    totals.setLong(1, samples);
    totals.executeUpdate();
  }

  private void insert(SqliteSession session, JournalRow row, int shape) throws SQLException {
    long id = nextId(session, row.epochMillis());
    byte[] samples = codec.encode(row.values(), null);
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO journal (id, shape, crc, samples, form) VALUES (?, ?, ?, ?, "
                + JournalReader.ROWS
                + ")");
    insert.setLong(1, id);
    insert.setInt(2, shape);
    insert.setLong(3, rowChecksum(id, shape, JournalReader.ROWS, samples));
    insert.setBytes(4, samples);
    insert.executeUpdate();
    lastId = Math.max(lastId, id);
    waiting.merge(row.target(), 1, Integer::sum);
  }

  /** Rows of the first form, which had no number, are summed without it. */
  static long rowChecksum(long id, int shape, int form, byte[] samples) {
    Checksum sum = new Checksum().add(id).add(shape);
    return (form == JournalReader.PLANES ? sum : sum.add(form)).add(samples).value();
  }

  /** The shape of these series, made where there is none. */
  int shapeOf(SqliteSession session, String target, int[] members) throws SQLException {
    return shapeId(session, new Shape(target, members));
  }

  /** How many rows of each target wait. */
  Map<String, Integer> waiting() {
    return waiting;
  }

  /** Ids grow with time, so that the table itself is the index over time. */
  private long nextId(SqliteSession session, long at) throws SQLException {
    long first = at << COUNT_BITS;
    if (first > lastId) {
      return first;
    }
    PreparedStatement select =
        session.prepare("SELECT max(id) FROM journal WHERE id BETWEEN ? AND ?");
    select.setLong(1, first);
    select.setLong(2, first | MOST_PER_MILLI);
    try (ResultSet rows = select.executeQuery()) {
      rows.next();
      long newest = rows.getLong(1);
      if (rows.wasNull()) {
        return first;
      }
      if (newest == (first | MOST_PER_MILLI)) {
        throw new SQLException("more than " + MOST_PER_MILLI + " batches in one millisecond");
      }
      return newest + 1;
    }
  }

  private int shapeOf(SqliteSession session, JournalRow row) throws SQLException {
    Known known = lastOfTarget.get(row.target());
    if (known != null && known.series == row.series()) {
      return known.shape;
    }
    int shape = shapeId(session, new Shape(row.target(), idsOf(session, row.series())));
    lastOfTarget.put(row.target(), new Known(row.series(), shape));
    return shape;
  }

  private int seriesId(SqliteSession session, SeriesKey key) throws SQLException {
    Integer known = series.get(key);
    if (known != null) {
      return known;
    }
    int id = series.size() + 1;
    String labels = Labelling.toJson(key.labels());
    PreparedStatement insert = session.prepare("INSERT INTO series VALUES (?, ?, ?, ?)");
    insert.setInt(1, id);
    insert.setString(2, key.name());
    insert.setString(3, labels);
    insert.setLong(4, Catalog.seriesChecksum(id, key.name(), labels));
    insert.executeUpdate();
    series.put(key, id);
    return id;
  }

  /** The numbers of these series, made where there are none. */
  int[] idsOf(SqliteSession session, List<SeriesKey> keys) throws SQLException {
    int[] ids = new int[keys.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = seriesId(session, keys.get(i));
    }
    return ids;
  }

  /** The shapes of a target, in no order. */
  List<Integer> shapesOf(String target) {
    return shapes.entrySet().stream()
        .filter(entry -> entry.getKey().target.equals(target))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Every target that has a shape. */
  Set<String> targets() {
    Set<String> targets = new TreeSet<>();
    shapes.keySet().forEach(shape -> targets.add(shape.target));
    return targets;
  }

  private int shapeId(SqliteSession session, Shape shape) throws SQLException {
    Integer known = shapes.get(shape);
    if (known != null) {
      return known;
    }
    int id = shapes.size() + 1;
    byte[] members = IntLists.encode(shape.members);
    PreparedStatement insert = session.prepare("INSERT INTO shapes VALUES (?, ?, ?, ?)");
    insert.setInt(1, id);
    insert.setString(2, shape.target);
    insert.setBytes(3, members);
    insert.setLong(4, Catalog.shapeChecksum(id, shape.target, members));
    insert.executeUpdate();
    shapes.put(shape, id);
    return id;
  }
}
