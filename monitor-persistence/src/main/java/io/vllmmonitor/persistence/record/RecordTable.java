package io.vllmmonitor.persistence.record;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.format.Checksum;
import io.vllmmonitor.persistence.format.DamagedBytesException;
import io.vllmmonitor.persistence.format.ZstdBytes;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of one kind of record. Long details of checkpoints, of which there are most, can be kept
 * as zstd frames: then the column holds a BLOB instead of a TEXT. Both are read. Immutable.
 */
final class RecordTable {
  private static final String UNSOUND = " does not match its checksum";
  private static final int LEAST_COMPRESSED = 512; // characters

  private final RecordKind kind;
  private final List<String> columns; // all, in the order of the table
  private final String select;
  private final String upsert;
  private final boolean compress;

  /**
   * @param compress whether long details are compressed from now on
   */
  RecordTable(RecordKind kind, boolean compress) {
    this.kind = kind;
    this.compress = compress && kind == RecordKind.CHECKPOINTS;
    this.columns =
        Stream.of(List.of("id", "at_millis", "target"), kind.columns(), List.of("detail", "crc"))
            .flatMap(List::stream)
            .toList();
    String names = String.join(", ", columns);
    this.select = "SELECT " + names + " FROM " + kind.table();
    this.upsert =
        "INSERT INTO "
            + kind.table()
            + " ("
            + names
            + ") VALUES ("
            + columns.stream().map(column -> "?").collect(Collectors.joining(", "))
            + ") ON CONFLICT (id) DO UPDATE SET "
            + columns.stream()
                .skip(1)
                .map(column -> column + " = excluded." + column)
                .collect(Collectors.joining(", "));
  }

  void write(SqliteSession session, StoredRecord row) throws SQLException {
    PreparedStatement statement = session.prepare(upsert);
    int place = 1;
    statement.setString(place++, row.id());
    statement.setLong(place++, row.at().toEpochMilli());
    statement.setString(place++, row.target());
    for (String column : kind.columns()) {
      statement.setString(place++, row.columns().get(column));
    }
    Optional<byte[]> frame = compressed(row.json());
    if (frame.isPresent()) {
      statement.setBytes(place++, frame.get());
    } else {
      statement.setString(place++, row.json());
    }
    statement.setLong(place, checksum(row));
    statement.executeUpdate();
  }

  private Optional<byte[]> compressed(String json) {
    return compress && json.length() >= LEAST_COMPRESSED
        ? ZstdBytes.smaller(json.getBytes(StandardCharsets.UTF_8))
        : Optional.empty();
  }

  /** What the type of the value in the table says, whatever is written now; null when damaged. */
  private static @Nullable String detail(ResultSet rows, int place) throws SQLException {
    if (!(rows.getObject(place) instanceof byte[] frame)) {
      return rows.getString(place);
    }
    try {
      return new String(ZstdBytes.inflate(frame), StandardCharsets.UTF_8);
    } catch (DamagedBytesException e) {
      return null; // whoever asks for the row is told of it, or passes over it and counts
    }
  }

  private static long checksum(StoredRecord row) {
    Checksum sum = new Checksum().add(row.id()).add(row.at().toEpochMilli()).add(row.target());
    for (String column : row.kind().columns()) {
      sum.add(row.columns().get(column));
    }
    return sum.add(row.json()).value();
  }

  Optional<StoredRecord> find(SqliteSession session, String id) throws SQLException {
    PreparedStatement statement = session.prepare(select + " WHERE id = ?");
    statement.setString(1, id);
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(whole(slot(rows))) : Optional.empty();
    }
  }

  /** How many of them there were. */
  int delete(SqliteSession session, Set<String> ids) throws SQLException {
    PreparedStatement statement = session.prepare("DELETE FROM " + kind.table() + " WHERE id = ?");
    int deleted = 0;
    for (String id : ids) {
      statement.setString(1, id);
      deleted += statement.executeUpdate();
    }
    return deleted;
  }

  void clear(SqliteSession session) throws SQLException {
    session.prepare("DELETE FROM " + kind.table()).executeUpdate();
  }

  /** Every row, sound or not; what is wrong with one does not hide the others. */
  void each(SqliteSession session, Consumer<StoredRecord> sound, Consumer<String> damaged)
      throws SQLException {
    try (ResultSet rows = session.prepare(select).executeQuery()) {
      while (rows.next()) {
        StoredRecord row;
        try {
          row = slot(rows).row();
        } catch (NullPointerException | IllegalArgumentException e) {
          row = null; // a column that cannot be what it holds
        }
        if (row == null) {
          damaged.accept("row '" + rows.getString(1) + "' of table " + kind.table() + UNSOUND);
          continue;
        }
        sound.accept(row);
      }
    }
  }

  long count(SqliteSession session) throws SQLException {
    return session.number("SELECT count(*) FROM " + kind.table());
  }

  /**
   * One place of a page.
   *
   * @param row null when it is damaged
   */
  record Slot(Cursor place, @Nullable StoredRecord row) {}

  /**
   * One row more than the limit where there are more.
   *
   * @throws MonitorException STORE_DAMAGED for the first row that does not match its checksum
   */
  List<StoredRecord> query(SqliteSession session, RecordQuery query, @Nullable Cursor after)
      throws SQLException {
    List<StoredRecord> rows = new ArrayList<>();
    for (Slot slot : slots(session, query, after)) {
      rows.add(whole(slot));
    }
    return rows;
  }

  /** The same with the damaged rows in their places. */
  List<Slot> slots(SqliteSession session, RecordQuery query, @Nullable Cursor after)
      throws SQLException {
    List<String> conditions = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    if (query.target() != null) {
      conditions.add("target = ?");
      values.add(query.target());
    }
    for (String column : new TreeSet<>(query.columns().keySet())) {
      conditions.add(requireKnown(column) + " = ?");
      values.add(query.columns().getOrDefault(column, ""));
    }
    addSpan(query, conditions, values);
    if (after != null) {
      conditions.add("(at_millis, id) < (?, ?)");
      values.add(after.epochMillis());
      values.add(after.id());
    }
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    values.add(query.limit() + 1L);
    return slots(session, select + where + " ORDER BY at_millis DESC, id DESC LIMIT ?", values);
  }

  /** Column names become part of the SQL, so only our own may. */
  private String requireKnown(String column) {
    if (!kind.columns().contains(column)) {
      throw new IllegalArgumentException("Table " + kind.table() + " has no column " + column);
    }
    return column;
  }

  private static void addSpan(RecordQuery query, List<String> conditions, List<Object> values) {
    Instant from = query.from();
    if (from != null) {
      conditions.add("at_millis >= ?");
      values.add(ceilingMillis(from));
    }
    Instant to = query.to();
    if (to != null) {
      conditions.add("at_millis < ?");
      values.add(ceilingMillis(to));
    }
  }

  /** The first whole millisecond that is not before the instant, clamped to what a row can have. */
  static long ceilingMillis(Instant instant) {
    if (instant.isBefore(Instant.ofEpochMilli(Long.MIN_VALUE))) {
      return Long.MIN_VALUE;
    }
    if (instant.isAfter(Instant.ofEpochMilli(Long.MAX_VALUE - 1))) {
      return Long.MAX_VALUE;
    }
    long millis = instant.toEpochMilli();
    return Instant.ofEpochMilli(millis).isBefore(instant) ? millis + 1 : millis;
  }

  private List<Slot> slots(SqliteSession session, String sql, List<Object> values)
      throws SQLException {
    PreparedStatement statement = session.prepare(sql);
    for (int i = 0; i < values.size(); i++) {
      statement.setObject(i + 1, values.get(i));
    }
    List<Slot> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(slot(rows));
      }
    }
    return found;
  }

  private Slot slot(ResultSet rows) throws SQLException {
    int place = 1;
    String id = rows.getString(place++);
    Instant at = Instant.ofEpochMilli(rows.getLong(place++));
    String target = rows.getString(place++);
    Map<String, String> filters = new LinkedHashMap<>();
    for (String column : kind.columns()) {
      String value = rows.getString(place++);
      if (value != null) {
        filters.put(column, value);
      }
    }
    String json = detail(rows, place++);
    Cursor cursor = new Cursor(at.toEpochMilli(), id);
    if (json == null) {
      return new Slot(cursor, null);
    }
    StoredRecord row = new StoredRecord(kind, id, at, target, filters, json);
    return new Slot(cursor, checksum(row) == rows.getLong(place) ? row : null);
  }

  private StoredRecord whole(Slot slot) {
    StoredRecord row = slot.row();
    if (row == null) {
      throw damaged(slot.place().id());
    }
    return row;
  }

  private MonitorException damaged(String id) {
    return new MonitorException(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        "Row '"
            + id
            + "' of table "
            + kind.table()
            + " in monitor.db"
            + UNSOUND
            + "; keep a copy of the file, then restore a backup");
  }
}
