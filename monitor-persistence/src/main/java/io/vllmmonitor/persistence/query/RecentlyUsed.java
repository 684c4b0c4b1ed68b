package io.vllmmonitor.persistence.query;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps what was made of the keys that were asked for last, such as compiled selectors: dashboards
 * ask the same again and again. Thread-safe; two threads may make the same value at once.
 */
public final class RecentlyUsed<K, V> {
  private final Map<K, V> kept; // guarded by itself

  /**
   * @param most how many are kept
   */
  public RecentlyUsed(int most) {
    kept =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > most;
          }
        };
  }

  /**
   * The value of a key.
   *
   * @param make called, without a lock, where the value is not kept; nothing is kept when it throws
   */
  public V get(K key, Function<K, V> make) {
    synchronized (kept) {
      V known = kept.get(key);
      if (known != null) {
        return known;
      }
    }
    V made = make.apply(key);
    synchronized (kept) {
      kept.put(key, made);
    }
    return made;
  }
}
