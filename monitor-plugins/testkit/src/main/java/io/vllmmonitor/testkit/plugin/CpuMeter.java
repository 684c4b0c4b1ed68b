package io.vllmmonitor.testkit.plugin;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Measures work in steps: the CPU time of the calling thread, divided by the CPU time of one step
 * of a loop measured on the same machine just before. A slow or a busy machine changes neither.
 */
final class CpuMeter {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int STEPS = 2_000_000;

  /**
   * A step is a multiplication that waits for the one before, three cycles at least. Less is what
   * is measured where a compiler has found a shorter way through the loop.
   */
  private static final double FASTEST_STEP_NANOS = 0.5;

  private static final int BATCHES = 5;
  private static final long LONG_ENOUGH_NANOS = 20_000_000;

  private final double nanosOfOneStep;
  private long sink = 1;

  CpuMeter() {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < 8; i++) {
      long before = THREADS.getCurrentThreadCpuTime();
      loop();
      best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - before) / (double) STEPS);
    }
    nanosOfOneStep = Math.max(best, FASTEST_STEP_NANOS);
  }

  /** Whether this JVM tells the CPU time of threads. */
  static boolean isSupported() {
    return THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();
  }

  private void loop() {
    long value = sink;
    for (int i = 0; i < STEPS; i++) {
      value = value * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
    }
    sink = value;
  }

  /**
   * The steps that one run of this work takes, once the JVM has warmed up: the cheapest of several
   * batches, since noise only adds.
   *
   * @param enough work that is dearer than this is not repeated for a better figure
   */
  double stepsOf(Runnable work, double enough) {
    double best = Double.MAX_VALUE;
    for (int batch = 0; batch < BATCHES; batch++) {
      long before = THREADS.getCurrentThreadCpuTime();
      long used;
      int runs = 0;
      do {
        work.run();
        runs++;
        used = THREADS.getCurrentThreadCpuTime() - before;
      } while (used < LONG_ENOUGH_NANOS && runs < 2_000);
      best = Math.min(best, used / nanosOfOneStep / runs);
      if (batch >= 2 && best > 10 * enough) {
        break;
      }
    }
    return best;
  }
}
