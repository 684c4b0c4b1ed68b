package io.vllmmonitor.persistence.blob;

import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Consumer;

/** Compares every blob with its hash. Called by verification; changes nothing. */
public final class BlobRows {
  private BlobRows() {}

  /**
   * How many there are and how much they hold. Immutable.
   *
   * @param bytes of all of them
   */
  public record Counts(long blobs, long bytes) {}

  /**
   * Reads them all.
   *
   * @param found told of each that does not match
   */
  public static Counts check(SqliteSession session, Consumer<String> found) throws SQLException {
    long blobs = 0;
    long size = 0;
    try (ResultSet rows = session.prepare("SELECT hash, bytes FROM blobs").executeQuery()) {
      while (rows.next()) {
        String hash = rows.getString(1);
        byte[] bytes = rows.getBytes(2);
        byte[] content = bytes == null ? new byte[0] : bytes; // the driver's form of an empty blob
        blobs++;
        size += content.length;
        if (BlobBytes.restore(hash, content).isEmpty()) {
          found.accept("blob " + hash + " does not match its hash");
        }
      }
    }
    return new Counts(blobs, size);
  }
}
