package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The largest value of the last seconds. Keeps only values that can still become the largest.
 * Confined to one thread.
 */
final class RecentPeak {
  private record Seen(long epochMillis, double value) {}

  private final long windowMillis;
  private final Deque<Seen> falling = new ArrayDeque<>();

  RecentPeak(double windowSeconds) {
    windowMillis = Math.round(windowSeconds * 1_000);
  }

  /** Takes a value in; answers the largest of the window that ends here. NaN is passed over. */
  double with(Instant at, double value) {
    long now = at.toEpochMilli();
    falling.removeIf(seen -> seen.epochMillis < now - windowMillis || seen.epochMillis > now);
    if (!Double.isNaN(value)) {
      while (!falling.isEmpty() && falling.getLast().value <= value) {
        falling.removeLast();
      }
      falling.addLast(new Seen(now, value));
    }
    return falling.isEmpty() ? Double.NaN : falling.getFirst().value;
  }

  void save(StateWriter state) {
    state.numbers("peak_at", falling.stream().mapToDouble(Seen::epochMillis).toArray());
    state.numbers("peak_value", falling.stream().mapToDouble(Seen::value).toArray());
  }

  void restore(StateReader state) {
    double[] at = state.numbers("peak_at");
    double[] value = state.numbers("peak_value");
    falling.clear();
    for (int i = 0; i < Math.min(at.length, value.length); i++) {
      falling.addLast(new Seen((long) at[i], value[i]));
    }
  }
}
