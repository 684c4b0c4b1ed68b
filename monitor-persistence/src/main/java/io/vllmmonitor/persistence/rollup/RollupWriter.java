package io.vllmmonitor.persistence.rollup;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.Checksum;
import io.vllmmonitor.persistence.format.IntLists;
import io.vllmmonitor.persistence.format.LabelsJson;
import io.vllmmonitor.persistence.rollup.RollupCatalog.Shape;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes one hour of one scrape group inside a transaction. Used once. */
final class RollupWriter {
  private final SqliteSession session;
  private final RollupCatalog catalog;
  private final RollupPacks packs;
  private final Map<SeriesKey, Integer> newSeries = new HashMap<>();

  RollupWriter(SqliteSession session, RollupCatalog catalog, RollupPacks packs) {
    this.session = session;
    this.catalog = catalog;
    this.packs = packs;
  }

  /**
   * @param series not empty ones
   */
  void write(long hourEnd, String group, long version, List<SeriesHour> series)
      throws SQLException {
    catalog.refresh(session);
    List<Shape> known = catalog.shapes(shape -> shape.group().equals(group));
    forget(hourEnd, Stream.concat(known.stream().map(Shape::id), catalog.damagedShapes().stream()));
    Map<List<Integer>, Integer> shapes = new HashMap<>();
    known.forEach(shape -> shapes.put(shape.members(), shape.id()));
    long aggregates = 0;
    int nextShape = catalog.lastShape() + 1;
    for (int first = 0; first < series.size(); first += RollupPacks.MOST_SERIES) {
      List<SeriesHour> part =
          series.subList(first, Math.min(first + RollupPacks.MOST_SERIES, series.size()));
      List<Integer> members = members(part);
      Integer shape = shapes.get(members);
      if (shape == null) {
        shape = nextShape++;
        insertShape(shape, group, members);
      }
      long id = RollupMonth.idOf(shape, hourEnd);
      insert("INSERT INTO minutes VALUES (?, ?, ?)", id, packs.encodeMinutes(part));
      insert("INSERT INTO hours VALUES (?, ?, ?)", id, packs.encodeHour(part));
      for (SeriesHour hour : part) {
        aggregates += hour.minuteCount() + 1;
      }
    }
    cover(hourEnd, group, version, aggregates);
  }

  /** Packs of damaged shapes cannot be read by anyone; they go with the hour. */
  private void forget(long hourEnd, Stream<Integer> shapes) throws SQLException {
    List<Integer> ids = shapes.toList();
    for (String table : List.of("minutes", "hours")) {
      PreparedStatement delete = session.prepare("DELETE FROM " + table + " WHERE id = ?");
      for (int shape : ids) {
        delete.setLong(1, RollupMonth.idOf(shape, hourEnd));
        delete.executeUpdate();
      }
    }
  }

  private List<Integer> members(List<SeriesHour> part) throws SQLException {
    List<Integer> members = new ArrayList<>();
    for (SeriesHour hour : part) {
      SeriesKey key = hour.series();
      Integer id = catalog.id(key);
      if (id == null) {
        id = newSeries.get(key);
      }
      if (id == null) {
        id = catalog.lastSeries() + newSeries.size() + 1;
        insertSeries(id, key);
        newSeries.put(key, id);
      }
      members.add(id);
    }
    return members;
  }

  private void insertSeries(int id, SeriesKey key) throws SQLException {
    String labels = LabelsJson.encode(key.labels());
    PreparedStatement insert = session.prepare("INSERT INTO series VALUES (?, ?, ?, ?)");
    insert.setInt(1, id);
    insert.setString(2, key.name());
    insert.setString(3, labels);
    insert.setLong(4, RollupCatalog.seriesChecksum(id, key.name(), labels));
    insert.executeUpdate();
  }

  private void insertShape(int id, String group, List<Integer> members) throws SQLException {
    byte[] bytes = IntLists.encode(members.stream().mapToInt(Integer::intValue).toArray());
    PreparedStatement insert = session.prepare("INSERT INTO shapes VALUES (?, ?, ?, ?)");
    insert.setInt(1, id);
    insert.setString(2, group);
    insert.setBytes(3, bytes);
    insert.setLong(4, RollupCatalog.shapeChecksum(id, group, bytes));
    insert.executeUpdate();
  }

  private void insert(String sql, long id, byte[] pack) throws SQLException {
    PreparedStatement insert = session.prepare(sql);
    insert.setLong(1, id);
    insert.setLong(2, new Checksum().add(id).add(pack).value());
    insert.setBytes(3, pack);
    insert.executeUpdate();
  }

  private void cover(long hourEnd, String group, long version, long aggregates)
      throws SQLException {
    PreparedStatement upsert = session.prepare("INSERT OR REPLACE INTO covered VALUES (?,?,?,?,?)");
    upsert.setString(1, group);
    upsert.setLong(2, hourEnd);
    upsert.setLong(3, version);
    upsert.setLong(4, aggregates);
    upsert.setLong(5, RollupMonth.coveredChecksum(group, hourEnd, version, aggregates));
    upsert.executeUpdate();
  }
}
