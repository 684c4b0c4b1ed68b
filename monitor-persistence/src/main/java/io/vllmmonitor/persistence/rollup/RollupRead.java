package io.vllmmonitor.persistence.rollup;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.DamagedBytesException;
import io.vllmmonitor.persistence.rollup.RollupCache.Minutes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes the packs of one shape apart that a read finds. Confined to one read. */
final class RollupRead implements RollupPacks.Sink {
  /** Which series of a shape are wanted. */
  @SuppressWarnings("ArrayRecordComponent") // written once, never handed out of this package
  record Pick(@Nullable SeriesKey[] series, boolean[] places, boolean any) {}

  /** Takes what is damaged. */
  interface Damage {
    void found(long hourEnd, String what);
  }

  private final Pick pick;
  private final long from;
  private final long to;
  private final RollupPacks packs;
  private final RollupCollector into;
  private final Damage damage;
  private final double[] aggregates = new double[SeriesHour.COLUMNS];
  private final long[] present;
  private final double[] @Nullable [] read;
  private final boolean[] spoiled;
  private long hourEnd;

  RollupRead(
      Pick pick, long from, long to, RollupPacks packs, RollupCollector into, Damage damage) {
    this.pick = pick;
    this.from = from;
    this.to = to;
    this.packs = packs;
    this.into = into;
    this.damage = damage;
    this.present = new long[pick.places.length];
    this.read = new double[pick.places.length][];
    this.spoiled = new boolean[pick.places.length];
  }

  /** Takes a pack whose checksum is right. */
  void take(long id, byte[] pack, boolean hourly) {
    hourEnd = RollupMonth.hourEndOf(id);
    Arrays.fill(present, 0);
    Arrays.fill(spoiled, false);
    try {
      if (hourly) {
        packs.decodeHour(pack, pick.places, this);
      } else {
        packs.decodeMinutes(pack, pick.places, this);
      }
    } catch (DamagedBytesException e) {
      Arrays.fill(spoiled, true);
      damage.found(hourEnd, "pack " + id + ": " + e.getMessage());
    }
  }

  /** What was read of the last pack; null when it is damaged. */
  @Nullable Minutes minutes(int place) {
    if (spoiled[place]) {
      return null;
    }
    int size = Long.bitCount(present[place]) * SeriesHour.COLUMNS;
    return size == 0 ? Minutes.NONE : new Minutes(present[place], Arrays.copyOf(read[place], size));
  }

  /** Gives what was read before on once more. */
  void give(long id, int place, Minutes minutes) {
    hourEnd = RollupMonth.hourEndOf(id);
    int next = 0;
    for (long rest = minutes.present(); rest != 0; rest &= rest - 1) {
      System.arraycopy(minutes.aggregates(), next, aggregates, 0, SeriesHour.COLUMNS);
      next += SeriesHour.COLUMNS;
      add(place, Long.numberOfTrailingZeros(rest), aggregates);
    }
  }

  @Override
  public void take(int place, int minute, double[] own) {
    double[] room = read[place];
    if (room == null) {
      room = new double[HourAggregator.MINUTES * SeriesHour.COLUMNS];
      read[place] = room;
    }
    int at = Long.bitCount(present[place]) * SeriesHour.COLUMNS;
    System.arraycopy(own, 0, room, at, SeriesHour.COLUMNS);
    present[place] |= 1L << minute;
    add(place, minute, own);
  }

  private void add(int place, int minute, double[] own) {
    long end = hourEnd - (HourAggregator.MINUTES - 1 - minute) * HourAggregator.MINUTE;
    SeriesKey key = pick.series[place];
    if (end > from && end <= to && key != null) {
      into.add(key, end, own);
    }
  }

  @Override
  public void damaged(int place, String reason) {
    spoiled[place] = true;
    damage.found(
        hourEnd, pick.series[place] + " in the hour that ends at " + hourEnd + " ms: " + reason);
  }
}
