package io.vllmmonitor.persistence.blob;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.format.DamagedBytesException;
import io.vllmmonitor.persistence.format.ZstdBytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The two forms in which stores keep a blob: its bytes, or a zstd frame of them. Which of them it
 * is needs not be written down, since the hash tells.
 */
final class BlobBytes {
  private BlobBytes() {}

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }

  /** The bytes that have this hash; empty when neither form has it. */
  static Optional<byte[]> restore(String hash, byte[] stored) {
    if (hash.equals(sha256(stored))) {
      return Optional.of(stored);
    }
    try {
      byte[] inflated = ZstdBytes.inflate(stored);
      return hash.equals(sha256(inflated)) ? Optional.of(inflated) : Optional.empty();
    } catch (DamagedBytesException e) {
      return Optional.empty(); // then it is no frame, and the bytes themselves are damaged
    }
  }

  static MonitorException missing(String hash) {
    return new MonitorException(
        ErrorCode.BLOB_NOT_FOUND,
        Blame.MONITOR,
        "There is no blob " + hash + "; put its bytes first");
  }

  static MonitorException damaged(String hash, String place) {
    return new MonitorException(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        "Blob "
            + hash
            + " in "
            + place
            + " does not match its hash; keep a copy of the file, then restore a backup, or bring "
            + "the same jar or source again");
  }
}
