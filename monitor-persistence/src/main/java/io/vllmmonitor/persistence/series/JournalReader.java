package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.JournalRowCodec;
import io.vllmmonitor.persistence.format.ValueCodec;
import io.vllmmonitor.persistence.series.SampleCollector.Column;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the journal of one day on one snapshot; every row is checked before it is believed. Made
 * per read, used by one thread.
 */
final class JournalReader {
  /** Rows of the first version of the schema. */
  static final int PLANES = 0;

  /** Rows as they are written now. */
  static final int ROWS = 1;

  private static final int ROWS_BETWEEN_LOOKS = 256;

  private final Path file;
  private final SqliteSession session;
  private final ValueCodec codec;
  private final JournalRowCodec rowCodec = new JournalRowCodec();
  private final Map<Integer, SeriesKey[]> shapes;
  private final Consumer<MonitorException> damage;

  /**
   * @param damage told of every row that must be left out
   */
  JournalReader(
      Path file,
      SqliteSession session,
      ValueCodec codec,
      Map<Integer, SeriesKey[]> shapes,
      Consumer<MonitorException> damage) {
    this.file = file;
    this.session = session;
    this.codec = codec;
    this.shapes = shapes;
    this.damage = damage;
  }

  /** The ids of the rows of a span, both ends inclusive and within one day. */
  record Ids(long first, long last) {
    static Ids of(long fromMillis, long toMillis) {
      int bits = JournalWriter.COUNT_BITS;
      return new Ids(fromMillis << bits, toMillis << bits | ((1L << bits) - 1));
    }
  }

  /** Which places of a shape are asked for, and where their samples go. */
  private static final class Picks {
    private final int size;
    private final int[] places;
    private final Column[] columns;
    private long rows;

    Picks(int size, int[] places, Column[] columns) {
      this.size = size;
      this.places = places;
      this.columns = columns;
    }
  }

  void read(Ids ids, Predicate<SeriesKey> wanted, SampleCollector into) throws SQLException {
    read(ids, shape -> true, wanted, into);
  }

  /** The same for rows of some shapes only. */
  void read(Ids ids, IntPredicate ofShape, Predicate<SeriesKey> wanted, SampleCollector into)
      throws SQLException {
    Map<Integer, Picks> picks = picks(ofShape, wanted, into);
    if (picks.isEmpty()) {
      return;
    }
    PreparedStatement select =
        session.prepare(
            "SELECT id, shape, crc, samples, form FROM journal WHERE id BETWEEN ? AND ?");
    select.setLong(1, ids.first());
    select.setLong(2, ids.last());
    try (ResultSet rows = select.executeQuery()) {
      for (int count = 1; rows.next(); count++) {
        if (count % ROWS_BETWEEN_LOOKS == 0) {
          session.checkDeadline();
        }
        long id = rows.getLong(1);
        int shape = rows.getInt(2);
        Picks pick = picks.get(shape);
        if (pick != null) {
          pick.rows++;
          addOrTell(pick, new Row(id, shape, rows.getInt(5), rows.getLong(3), rows.getBytes(4)));
        } else if (!shapes.containsKey(shape)) {
          // A row whose shape number was damaged must not be passed over in silence.
          damage.accept(damagedRow(id, "has the unknown shape " + shape, null));
        }
      }
    }
    for (Map.Entry<Integer, Picks> pick : picks.entrySet()) {
      requireAllRows(ids, pick.getKey(), pick.getValue().rows);
    }
  }

  /** As it lies in the table. */
  @SuppressWarnings("ArrayRecordComponent") // confined to one read
  record Row(long id, int shape, int form, long crc, byte @Nullable [] samples) {}

  private void addOrTell(Picks pick, Row row) {
    double[] values;
    try {
      values = values(row, pick.size, pick.places);
    } catch (MonitorException e) {
      damage.accept(e);
      return;
    }
    add(pick, row.id() >> JournalWriter.COUNT_BITS, values);
  }

  /**
   * A damaged inner page of the table hides rows without any error; the index is another tree and
   * knows how many there are.
   */
  private void requireAllRows(Ids ids, int shape, long found) throws SQLException {
    PreparedStatement select =
        session.prepare(
            "SELECT count(*) FROM journal INDEXED BY journal_shape"
                + " WHERE shape = ? AND id BETWEEN ? AND ?");
    select.setInt(1, shape);
    select.setLong(2, ids.first());
    select.setLong(3, ids.last());
    try (ResultSet rows = select.executeQuery()) {
      long expected = rows.next() ? rows.getLong(1) : 0;
      if (expected != found) {
        damage.accept(
            Catalog.damaged(
                file, "the index knows " + expected + " rows of a span, the table " + found));
      }
    }
  }

  private static void add(Picks pick, long at, double[] values) {
    for (int i = 0; i < pick.places.length; i++) {
      pick.columns[i].add(at, values[i]);
    }
  }

  /** Only shapes with something to pick. */
  private Map<Integer, Picks> picks(
      IntPredicate ofShape, Predicate<SeriesKey> wanted, SampleCollector into) {
    Map<Integer, Picks> picks = new HashMap<>();
    shapes.forEach(
        (shape, members) -> {
          if (!ofShape.test(shape)) {
            return;
          }
          int[] places = new int[members.length];
          List<Column> columns = new ArrayList<>();
          for (int i = 0; i < members.length; i++) {
            if (wanted.test(members[i])) {
              places[columns.size()] = i;
              columns.add(into.column(members[i]));
            }
          }
          if (!columns.isEmpty()) {
            int[] used = Arrays.copyOf(places, columns.size());
            picks.put(shape, new Picks(members.length, used, columns.toArray(new Column[0])));
          }
        });
    return picks;
  }

  /** All values of a row, checked. */
  double[] values(Row row) {
    SeriesKey[] members = shapes.get(row.shape());
    if (members == null) {
      throw damagedRow(row.id(), "has the unknown shape " + row.shape(), null);
    }
    return values(row, members.length, IntStream.range(0, members.length).toArray());
  }

  private double[] values(Row row, int size, int[] places) {
    byte[] samples = row.samples();
    if (samples == null
        || JournalWriter.rowChecksum(row.id(), row.shape(), row.form(), samples) != row.crc()) {
      throw damagedRow(row.id(), "does not match its checksum", null);
    }
    try {
      return row.form() == PLANES
          ? codec.decode(samples, size, places)
          : picked(samples, size, places);
    } catch (IllegalArgumentException e) {
      throw damagedRow(row.id(), "cannot be decoded, " + e.getMessage(), e);
    }
  }

  private double[] picked(byte[] samples, int size, int[] places) {
    double[] all = new double[size];
    rowCodec.decode(samples, all);
    if (places.length == size) {
      return all;
    }
    double[] some = new double[places.length];
    for (int i = 0; i < some.length; i++) {
      some[i] = all[places[i]];
    }
    return some;
  }

  private MonitorException damagedRow(long id, String found, @Nullable Throwable cause) {
    long at = id >> JournalWriter.COUNT_BITS;
    MonitorException damage =
        Catalog.damaged(file, "journal row " + id + " (at " + at + " ms) " + found);
    if (cause != null) {
      damage.initCause(cause);
    }
    return damage;
  }

  /** Adds the wanted series that have a sample among these rows. */
  void seriesIn(Ids ids, Predicate<SeriesKey> wanted, Set<SeriesKey> into) throws SQLException {
    PreparedStatement select =
        session.prepare("SELECT 1 FROM journal WHERE shape = ? AND id BETWEEN ? AND ? LIMIT 1");
    for (Map.Entry<Integer, SeriesKey[]> shape : shapes.entrySet()) {
      List<SeriesKey> members = Arrays.stream(shape.getValue()).filter(wanted).toList();
      if (members.isEmpty() || into.containsAll(members)) {
        continue;
      }
      select.setInt(1, shape.getKey());
      select.setLong(2, ids.first());
      select.setLong(3, ids.last());
      try (ResultSet rows = select.executeQuery()) {
        if (rows.next()) {
          into.addAll(members);
        }
      }
    }
  }

  /** Restores the newest sound row of every shape. */
  void newest(NewestSamples into) throws SQLException {
    for (Map.Entry<Integer, SeriesKey[]> shape : shapes.entrySet()) {
      newest(shape.getKey(), shape.getValue(), into);
    }
  }

  private void newest(int shape, SeriesKey[] members, NewestSamples into) throws SQLException {
    PreparedStatement select =
        session.prepare(
            "SELECT id, crc, samples, form FROM journal WHERE shape = ? ORDER BY id DESC");
    select.setInt(1, shape);
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        long id = rows.getLong(1);
        double[] values;
        try {
          values = values(new Row(id, shape, rows.getInt(4), rows.getLong(2), rows.getBytes(3)));
        } catch (MonitorException e) {
          damage.accept(e);
          continue;
        }
        for (int i = 0; i < members.length; i++) {
          into.restore(members[i], id >> JournalWriter.COUNT_BITS, values[i]);
        }
        return;
      }
    }
  }
}
