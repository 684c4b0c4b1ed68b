package io.vllmmonitor.core.folder;

import java.time.Instant;
import java.util.List;

/**
 * Where files are dropped: one folder, or several that count as one. Files have names that are
 * unique among them. Confined to one thread at a time.
 */
public interface DropFolder {
  /** Looks once. */
  FolderChanges scan(Instant now);

  /** Whether a file is waiting to settle or to count as removed; look again soon. */
  boolean isSettling();

  /** The names of all files that count now, sorted. */
  List<String> names();

  /** Makes a file known that was loaded from elsewhere; the same content is no arrival then. */
  void know(String name, String hash);

  /**
   * Makes a name known that was there before: its content is an arrival, its absence a removal.
   * Does nothing to a name that is known already.
   */
  void expect(String name);

  /** Forgets a file, so that its content arrives again. */
  void forget(String name);

  /** Says that the content of a file was rejected: nothing runs of it. */
  void reject(String name);
}
