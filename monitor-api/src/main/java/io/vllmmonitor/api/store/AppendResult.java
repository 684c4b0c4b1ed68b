package io.vllmmonitor.api.store;

import java.util.EnumMap;
import java.util.Map;

/**
 * What became of the samples of one append: received = stored + rejected. A sample that was there
 * already, bit for bit, counts as stored. Immutable.
 *
 * @param rejected by reason; reasons that did not occur are absent
 */
public record AppendResult(long stored, Map<RejectReason, Long> rejected) {
  public AppendResult {
    rejected = Map.copyOf(rejected);
  }

  /** Everything was stored. */
  public static AppendResult allStored(long count) {
    return new AppendResult(count, Map.of());
  }

  /** The sum of both. */
  public AppendResult plus(AppendResult other) {
    Map<RejectReason, Long> sum = new EnumMap<>(RejectReason.class);
    sum.putAll(rejected);
    other.rejected.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
    return new AppendResult(stored + other.stored, sum);
  }
}
