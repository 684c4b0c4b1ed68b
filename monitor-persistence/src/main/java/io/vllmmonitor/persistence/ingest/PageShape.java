package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stays the same from scrape to scrape of a page: the text before every value, and the series
 * that it names, each once. Line {@code i} of the next scrape is expected to begin as line {@code
 * i} of this one did, so that its name and labels need not be read again, only compared. The text
 * before a value includes the comments above its line, but for the first line. Immutable;
 * thread-safe.
 */
final class PageShape {
  private static final int BYTES_PER_SERIES = 400; // keys, labels and their strings, roughly

  private final TargetId target;
  private final byte[] text;
  private final int[] starts;
  private final int[] heads;
  private final List<SeriesKey> series;
  private volatile @Nullable Map<Spelling, Integer> index;

  private PageShape(
      TargetId target, byte[] text, int[] starts, int[] heads, List<SeriesKey> series) {
    this.target = target;
    this.text = text;
    this.starts = starts;
    this.heads = heads;
    this.series = series;
  }

  TargetId target() {
    return target;
  }

  /** Always the same object. */
  List<SeriesKey> series() {
    return series;
  }

  int size() {
    return heads.length;
  }

  /** The length of the text before value i. */
  int length(int i) {
    return starts[i + 1] - starts[i];
  }

  /** Whether the body goes on with the text before value i. */
  boolean isNext(int i, byte[] body, int at, int to) {
    int start = starts[i];
    int end = starts[i + 1];
    int next = at + end - start;
    return next < to && Arrays.equals(body, at, next, text, start, end);
  }

  /** Whether line i begins with this text, whose length is known to be right. */
  boolean isLine(int i, byte[] body, int at) {
    int end = starts[i + 1];
    return Arrays.equals(body, at, at + end - heads[i], text, heads[i], end);
  }

  /** Where line i begins in the text before its value, behind the comments. */
  int commentLength(int i) {
    return heads[i] - starts[i];
  }

  /** The line that begins with this text, or -1. */
  int find(Spelling head) {
    Map<Spelling, Integer> known = index;
    if (known == null) {
      known = new HashMap<>(2 * size());
      for (int i = 0; i < size(); i++) {
        known.put(new Spelling(text, heads[i], starts[i + 1]), i);
      }
      index = known;
    }
    return known.getOrDefault(head, -1);
  }

  /** How the first line begins. */
  Spelling first() {
    return new Spelling(text, heads[0], starts[1]);
  }

  /** Roughly how much memory it holds. */
  long weight() {
    return text.length + (long) BYTES_PER_SERIES * size();
  }

  /** Collects the lines of a page. Confined to one thread. */
  static final class Builder {
    private final TargetId target;
    private byte[] text = new byte[4_096];
    private int[] starts = new int[64];
    private int[] heads = new int[64];
    private int size;
    private final List<SeriesKey> series = new ArrayList<>();

    Builder(TargetId target) {
      this.target = target;
    }

    /** The first lines of another shape. */
    Builder(PageShape like, int lines) {
      this.target = like.target;
      this.size = lines;
      this.text = Arrays.copyOf(like.text, Math.max(4_096, like.starts[lines]));
      this.starts = Arrays.copyOf(like.starts, Math.max(64, lines + 1));
      this.heads = Arrays.copyOf(like.heads, Math.max(64, lines));
      series.addAll(like.series.subList(0, lines));
    }

    /**
     * @param from where the text before the value begins
     * @param head where its line begins
     * @param to where the value begins
     */
    void add(byte[] body, int from, int head, int to, SeriesKey key) {
      int start = starts[size];
      int end = start + to - from;
      if (end > text.length) {
        text = Arrays.copyOf(text, Math.max(end, 2 * text.length));
      }
      if (size + 1 == starts.length) {
        starts = Arrays.copyOf(starts, 2 * starts.length);
      }
      if (size == heads.length) {
        heads = Arrays.copyOf(heads, 2 * heads.length);
      }
      System.arraycopy(body, from, text, start, to - from);
      heads[size] = start + head - from;
      starts[++size] = end;
      series.add(key);
    }

    PageShape build() {
      return new PageShape(
          target,
          Arrays.copyOf(text, starts[size]),
          Arrays.copyOf(starts, size + 1),
          Arrays.copyOf(heads, size),
          List.copyOf(series));
    }
  }
}
