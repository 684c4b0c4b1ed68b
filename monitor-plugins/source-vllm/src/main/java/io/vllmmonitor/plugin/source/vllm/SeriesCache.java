package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.sample.SeriesKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the series that each spelling of a line stands for, so that a line whose series part
 * did not change gives the same key object in every scrape without being read again. Spellings that
 * left the page are dropped when they outnumber those on it. Confined to one thread.
 */
final class SeriesCache {
  private static final int SLACK = 1_024;

  /** One series, whatever its spellings on the page. */
  static final class Entry {
    private final SeriesKey key;
    private long page;
    private long bits;

    private Entry(SeriesKey key) {
      this.key = key;
    }

    SeriesKey key() {
      return key;
    }

    /** Notes a value of the current page; says whether it is the first on that page. */
    boolean isFirst(long currentPage, double value) {
      if (page == currentPage) {
        return false;
      }
      page = currentPage;
      bits = Double.doubleToRawLongBits(value);
      return true;
    }

    boolean hasBits(double value) {
      return bits == Double.doubleToRawLongBits(value);
    }
  }

  private static final class Spelling {
    private final byte[] text;
    private final int hash;
    private final Entry entry;
    private @Nullable Spelling next;

    private Spelling(byte[] text, int hash, Entry entry) {
      this.text = text;
      this.hash = hash;
      this.entry = entry;
    }
  }

  private @Nullable Spelling[] table = new Spelling[1 << 11];
  private int spellings;
  private final Map<SeriesKey, Entry> entries = new HashMap<>();

  @Nullable Entry find(byte[] page, int from, int to) {
    int hash = hash(page, from, to);
    Spelling spelling = table[hash & (table.length - 1)];
    while (spelling != null) {
      if (spelling.hash == hash
          && Arrays.equals(spelling.text, 0, spelling.text.length, page, from, to)) {
        return spelling.entry;
      }
      spelling = spelling.next;
    }
    return null;
  }

  /** Remembers a new spelling of a series. */
  Entry add(byte[] page, int from, int to, SeriesKey key) {
    if (spellings >= table.length) {
      rehash(table.length * 2, 0);
    }
    Entry entry = entries.computeIfAbsent(key, Entry::new);
    link(table, new Spelling(Arrays.copyOfRange(page, from, to), hash(page, from, to), entry));
    spellings++;
    return entry;
  }

  /** Tells that a page was read to its end with so many series. */
  void pageRead(long page, int series) {
    if (spellings > 2 * series + SLACK) {
      entries.values().removeIf(entry -> entry.page != page);
      rehash(table.length, page);
    }
  }

  int size() {
    return spellings;
  }

  /** Rebuilds the table, keeping what is on this page; 0 keeps all. */
  private void rehash(int capacity, long page) {
    @Nullable Spelling[] bigger = new Spelling[capacity];
    spellings = 0;
    for (Spelling head : table) {
      Spelling spelling = head;
      while (spelling != null) {
        Spelling next = spelling.next;
        if (page == 0 || spelling.entry.page == page) {
          link(bigger, spelling);
          spellings++;
        }
        spelling = next;
      }
    }
    table = bigger;
  }

  private static void link(@Nullable Spelling[] into, Spelling spelling) {
    int slot = spelling.hash & (into.length - 1);
    spelling.next = into[slot];
    into[slot] = spelling;
  }

  private static int hash(byte[] text, int from, int to) {
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text[i];
    }
    return hash ^ (hash >>> 16);
  }
}
