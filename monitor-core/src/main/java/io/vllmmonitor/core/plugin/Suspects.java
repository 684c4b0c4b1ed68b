package io.vllmmonitor.core.plugin;

import java.util.function.Supplier;

/** Takes note of what code does for the first time. Thread-safe. */
interface Suspects {
  /** For code that is part of the daemon: nothing is noted. */
  Suspects NONE = (hash, what) -> () -> {};

  /**
   * Notes that code is about to do something; durable when it returns. Once for the same hash and
   * deed; after that it does nothing.
   *
   * @param hash SHA-256 (hex) of its content
   * @param what the deed, for people
   */
  Entry enter(String hash, String what);

  /** Does something that is noted as long as it lasts. */
  default <T> T during(String hash, String what, Supplier<T> work) {
    Entry entry = enter(hash, what);
    try {
      return work.get();
    } finally {
      entry.close();
    }
  }

  /** Something that is under way; closed when it has ended, well or not. */
  interface Entry extends AutoCloseable {
    @Override
    void close();
  }
}
