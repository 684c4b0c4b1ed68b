package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;

/**
 * Names the lives of a server process. Where the page has {@code process_start_time_seconds}, the
 * name is {@code start-} and that number. Where it does not (several API servers, the Rust front
 * end), a counter that goes down begins a new life, and the name is {@code reset-N-since-T}: N
 * counts those falls, T is when this life was first seen, in milliseconds since 1970. The latter is
 * weaker: a restart after which every counter already passed its old value goes unnoticed, and an
 * elastic scale-up, which registers the counters anew, counts as one. It survives a restart of the
 * monitor through the state of the source.
 */
final class Incarnation {
  private long falls;
  private long since = -1;
  private double[] counters = {};

  /** The name of the life that this page is from. */
  String of(PageReading page, Instant at) {
    if (Double.isFinite(page.startTime())) {
      return "start-" + BigDecimal.valueOf(page.startTime()).toPlainString();
    }
    if (since < 0) {
      since = at.toEpochMilli();
    } else if (anyFell(page.counters())) {
      falls++;
      since = at.toEpochMilli();
    }
    counters = page.counters().clone();
    return "reset-" + falls + "-since-" + since;
  }

  private boolean anyFell(double[] now) {
    for (int i = 0; i < Math.min(now.length, counters.length); i++) {
      if (now[i] < counters[i]) {
        return true;
      }
    }
    return false;
  }

  void save(StateWriter state) {
    state.integer("incarnation_falls", falls);
    state.integer("incarnation_since", since);
    state.numbers("incarnation_counters", counters);
  }

  void restore(StateReader state) {
    falls = state.integer("incarnation_falls", 0);
    since = state.integer("incarnation_since", -1);
    double[] saved = state.numbers("incarnation_counters");
    counters = Arrays.copyOf(saved, Math.min(saved.length, PageReading.COUNTERS));
  }
}
