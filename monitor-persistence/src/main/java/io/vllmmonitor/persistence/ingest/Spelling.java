package io.vllmmonitor.persistence.ingest;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A stretch of bytes as the key of a map. It must not change while it is one. */
final class Spelling {
  private final byte[] text;
  private final int from;
  private final int to;
  private final int hash;

  /** A view of these bytes, not a copy. */
  Spelling(byte[] text, int from, int to) {
    this.text = text;
    this.from = from;
    this.to = to;
    int sum = 1;
    for (int i = from; i < to; i++) {
      sum = 31 * sum + text[i];
    }
    hash = sum ^ (sum >>> 16);
  }

  /** One with bytes of its own. */
  Spelling copy() {
    return new Spelling(Arrays.copyOfRange(text, from, to), 0, to - from);
  }

  int length() {
    return to - from;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Spelling spelling
        && hash == spelling.hash
        && Arrays.equals(text, from, to, spelling.text, spelling.from, spelling.to);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
