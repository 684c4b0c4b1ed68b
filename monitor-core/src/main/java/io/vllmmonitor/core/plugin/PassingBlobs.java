package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.core.identity.ContentHash;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bytes that are kept in memory only, before those of a store that is never written: for code that
 * is tried out and thrown away. Thread-safe.
 */
final class PassingBlobs implements BlobStore {
  private final BlobStore stored;
  private final Map<String, byte[]> passing = new ConcurrentHashMap<>();

  PassingBlobs(BlobStore stored) {
    this.stored = requireNonNull(stored, "stored");
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public String put(byte[] bytes) {
    String hash = ContentHash.of(bytes);
    passing.put(hash, bytes.clone());
    return hash;
  }

  @Override
  public boolean contains(String hash) {
    return passing.containsKey(hash) || stored.contains(hash);
  }

  @Override
  public byte[] get(String hash) {
    byte[] bytes = passing.get(hash);
    return bytes == null ? stored.get(hash) : bytes.clone();
  }

  @Override
  public List<String> hashes() {
    Set<String> all = new TreeSet<>(stored.hashes());
    all.addAll(passing.keySet());
    return List.copyOf(all);
  }

  @Override
  public void close() {
    passing.clear();
  }
}
