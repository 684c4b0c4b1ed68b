package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The SQL of blocks and packs of one day file. Immutable. */
final class BlockTable {
  private static final String COLUMNS =
      "id, target, first_millis, last_millis, rows, samples, shape, first_pack, times, crc";

  private final Path file;

  BlockTable(Path file) {
    this.file = file;
  }

  /**
   * The blocks that touch a span, oldest first.
   *
   * @param damage told of every block that must be left out
   */
  List<Block> between(SqliteSession session, long from, long to, Consumer<MonitorException> damage)
      throws SQLException {
    List<Block> found = new ArrayList<>();
    long seen = 0;
    try (ResultSet rows =
        session
            .prepare("SELECT " + COLUMNS + " FROM blocks ORDER BY first_millis, id")
            .executeQuery()) {
      while (rows.next()) {
        seen++;
        Block block = block(rows);
        if (block.checksum() != rows.getLong(10)) {
          damage.accept(
              Catalog.damaged(file, "block " + block.id() + " does not match its checksum"));
        } else if (block.lastMillis() >= from && block.firstMillis() <= to) {
          found.add(block);
        }
      }
    }
    long expected = session.number("SELECT blocks FROM totals");
    if (seen != expected) {
      damage.accept(
          Catalog.damaged(file, "it has " + seen + " blocks, but " + expected + " were written"));
    }
    return found;
  }

  /** The sound blocks of one target, oldest first. */
  List<Block> ofTarget(SqliteSession session, String target, Consumer<MonitorException> damage)
      throws SQLException {
    return between(session, Long.MIN_VALUE, Long.MAX_VALUE, damage).stream()
        .filter(block -> block.target().equals(target))
        .toList();
  }

  private static Block block(ResultSet rows) throws SQLException {
    String target = rows.getString(2);
    byte[] times = rows.getBytes(9);
    return new Block(
        rows.getLong(1),
        target == null ? "" : target,
        rows.getLong(3),
        rows.getLong(4),
        rows.getInt(5),
        rows.getLong(6),
        rows.getInt(7),
        rows.getLong(8),
        times == null ? new byte[0] : times);
  }

  /** The bytes of a pack; empty where it is gone or damaged, which is told. */
  Optional<byte[]> pack(SqliteSession session, long id, Consumer<MonitorException> damage)
      throws SQLException {
    PreparedStatement select = session.prepare("SELECT crc, bytes FROM packs WHERE id = ?");
    select.setLong(1, id);
    try (ResultSet rows = select.executeQuery()) {
      byte[] bytes = rows.next() ? rows.getBytes(2) : null;
      if (bytes != null && Block.packChecksum(id, bytes) == rows.getLong(1)) {
        return Optional.of(bytes);
      }
      damage.accept(
          Catalog.damaged(
              file, "pack " + id + (bytes == null ? " is gone" : " does not match its checksum")));
      return Optional.empty();
    }
  }

  /**
   * Inside a transaction.
   *
   * @param packs in the order of the series
   * @return the id of the block
   */
  long insert(
      SqliteSession session,
      String target,
      long[] span,
      int rows,
      long samples,
      int shape,
      byte[] times,
      List<byte[]> packs)
      throws SQLException {
    long firstPack = session.number("SELECT seq FROM sqlite_sequence WHERE name = 'packs'") + 1;
    for (int i = 0; i < packs.size(); i++) {
      PreparedStatement insert = session.prepare("INSERT INTO packs VALUES (?, ?, ?)");
      insert.setLong(1, firstPack + i);
      insert.setLong(2, Block.packChecksum(firstPack + i, packs.get(i)));
      insert.setBytes(3, packs.get(i));
      insert.executeUpdate();
    }
    long id = session.number("SELECT seq FROM sqlite_sequence WHERE name = 'blocks'") + 1;
    Block block = new Block(id, target, span[0], span[1], rows, samples, shape, firstPack, times);
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO blocks (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.setLong(1, id);
    insert.setString(2, target);
    insert.setLong(3, block.firstMillis());
    insert.setLong(4, block.lastMillis());
    insert.setInt(5, rows);
    insert.setLong(6, samples);
    insert.setInt(7, shape);
    insert.setLong(8, firstPack);
    insert.setBytes(9, times);
    insert.setLong(10, block.checksum());
    insert.executeUpdate();
    session.execute("UPDATE totals SET blocks = blocks + 1 WHERE id = 1");
    return id;
  }

  /** Inside a transaction. */
  void delete(SqliteSession session, Block block, int packs) throws SQLException {
    PreparedStatement delete = session.prepare("DELETE FROM packs WHERE id BETWEEN ? AND ?");
    delete.setLong(1, block.firstPack());
    delete.setLong(2, block.firstPack() + packs - 1);
    delete.executeUpdate();
    PreparedStatement head = session.prepare("DELETE FROM blocks WHERE id = ?");
    head.setLong(1, block.id());
    head.executeUpdate();
    session.execute("UPDATE totals SET blocks = blocks - 1 WHERE id = 1");
  }

  /** Keeps the bytes of what could not be carried over. */
  static void quarantine(SqliteSession session, String source, String reason, byte[] bytes)
      throws SQLException {
    PreparedStatement insert =
        session.prepare("INSERT INTO quarantine (source, reason, bytes) VALUES (?, ?, ?)");
    insert.setString(1, source);
    insert.setString(2, reason);
    insert.setBytes(3, bytes);
    insert.executeUpdate();
  }
}
