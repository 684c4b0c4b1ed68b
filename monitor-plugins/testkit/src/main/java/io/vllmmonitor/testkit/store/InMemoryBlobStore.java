package io.vllmmonitor.testkit.store;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.Capability;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Blobs on the heap, for tests; gone with the object. Thread-safe. */
public final class InMemoryBlobStore implements BlobStore {
  private final Map<String, byte[]> blobs = new HashMap<>();
  private boolean closed;

  /** An empty store. */
  public InMemoryBlobStore() {}

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public synchronized String put(byte[] bytes) {
    refuseWhenClosed();
    byte[] copy = bytes.clone();
    String hash = sha256(copy);
    blobs.putIfAbsent(hash, copy);
    return hash;
  }

  @Override
  public synchronized boolean contains(String hash) {
    refuseWhenClosed();
    return blobs.containsKey(hash);
  }

  @Override
  public synchronized byte[] get(String hash) {
    refuseWhenClosed();
    byte[] bytes = blobs.get(hash);
    if (bytes == null) {
      throw new MonitorException(
          ErrorCode.BLOB_NOT_FOUND,
          Blame.MONITOR,
          "There is no blob " + hash + "; put its bytes first");
    }
    return bytes.clone();
  }

  @Override
  public synchronized List<String> hashes() {
    refuseWhenClosed();
    return blobs.keySet().stream().sorted().toList();
  }

  @Override
  public synchronized void close() {
    closed = true;
    blobs.clear();
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw Failures.closed("blob store");
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }
}
