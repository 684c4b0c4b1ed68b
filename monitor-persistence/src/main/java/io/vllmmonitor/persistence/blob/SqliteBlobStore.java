package io.vllmmonitor.persistence.blob;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.persistence.format.ZstdBytes;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Blobs in {@code monitor.db}. The file is opened and closed by its owner, since records share it.
 */
public final class SqliteBlobStore implements BlobStore {
  private static final String SELECT = "SELECT bytes FROM blobs WHERE hash = ?";
  private static final String INSERT =
      "INSERT INTO blobs (hash, created_millis, bytes) VALUES (?, ?, ?)"
          + " ON CONFLICT (hash) DO NOTHING";

  private final SqliteFile file;
  private final InstantSource clock;
  private final boolean compress;
  private volatile boolean closed;

  /**
   * Blobs as they are, without compression.
   *
   * @param file opened with the schema of the records, which has the table
   * @param clock dates the blobs
   */
  public SqliteBlobStore(SqliteFile file, InstantSource clock) {
    this(file, clock, false);
  }

  /**
   * @param file opened with the schema of the records, which has the table
   * @param clock dates the blobs
   * @param compress whether blobs that are put from now on are kept as zstd frames where that is
   *     smaller; both forms are read
   */
  public SqliteBlobStore(SqliteFile file, InstantSource clock, boolean compress) {
    this.compress = compress;
    this.file = requireNonNull(file, "file");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.DURABLE);
  }

  @Override
  public String put(byte[] bytes) {
    refuseWhenClosed();
    byte[] copy = bytes.clone();
    String hash = BlobBytes.sha256(copy);
    if (!contains(hash)) {
      byte[] stored = compress ? ZstdBytes.smaller(copy).orElse(copy) : copy;
      file.write(
          session -> {
            PreparedStatement insert = session.prepare(INSERT);
            insert.setString(1, hash);
            insert.setLong(2, clock.millis());
            insert.setBytes(3, stored);
            return insert.executeUpdate();
          });
    }
    return hash;
  }

  @Override
  public boolean contains(String hash) {
    refuseWhenClosed();
    requireNonNull(hash, "hash");
    return file.read(
        session -> {
          PreparedStatement select = session.prepare("SELECT 1 FROM blobs WHERE hash = ?");
          select.setString(1, hash);
          try (ResultSet rows = select.executeQuery()) {
            return rows.next();
          }
        });
  }

  @Override
  public byte[] get(String hash) {
    refuseWhenClosed();
    requireNonNull(hash, "hash");
    byte[] stored = file.read(session -> fetch(session.prepare(SELECT), hash));
    return BlobBytes.restore(hash, stored).orElseThrow(() -> BlobBytes.damaged(hash, "monitor.db"));
  }

  @Override
  public List<String> hashes() {
    refuseWhenClosed();
    return file.read(
        session -> {
          List<String> hashes = new ArrayList<>();
          try (ResultSet rows =
              session.prepare("SELECT hash FROM blobs ORDER BY hash").executeQuery()) {
            while (rows.next()) {
              hashes.add(rows.getString(1));
            }
          }
          return List.copyOf(hashes);
        });
  }

  private static byte[] fetch(PreparedStatement select, String hash) throws SQLException {
    select.setString(1, hash);
    try (ResultSet rows = select.executeQuery()) {
      if (!rows.next()) {
        throw BlobBytes.missing(hash);
      }
      byte @Nullable [] bytes = rows.getBytes(1);
      return bytes == null ? new byte[0] : bytes; // the driver's form of an empty blob
    }
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw new MonitorException(
          ErrorCode.STORE_CLOSED,
          Blame.MONITOR,
          "The blob store is closed; it was used after close(). Open the store again first");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
