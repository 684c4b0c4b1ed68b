package io.vllmmonitor.api.store;

import io.vllmmonitor.api.extension.Incubating;
import java.util.List;
import java.util.Set;

/**
 * Keeps byte strings under their own SHA-256: code, compiled classes, models. What was put is never
 * changed. Thread-safe.
 */
@Incubating(review = "2027-03-01")
public interface BlobStore extends AutoCloseable {
  /** What this store can do. */
  Set<Capability> capabilities();

  /**
   * Keeps the bytes; putting the same bytes again is a no-op. Durable when it returns as far as the
   * store declares it.
   *
   * @return their SHA-256 in lower-case hex
   */
  String put(byte[] bytes);

  /** Whether a blob of this hash is there. */
  boolean contains(String hash);

  /**
   * A copy of the bytes, checked against their hash.
   *
   * @throws io.vllmmonitor.api.error.MonitorException BLOB_NOT_FOUND when there are none;
   *     STORE_DAMAGED when they do not match their hash
   */
  byte[] get(String hash);

  /** The hashes of all that was put, sorted. */
  List<String> hashes();

  @Override
  void close();
}
