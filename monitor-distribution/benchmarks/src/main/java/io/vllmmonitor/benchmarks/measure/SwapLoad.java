package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * A jar and a source by turns swapped for their next version, while other threads call both as
 * often as they can. Afterwards the machine's own count of objects says whether class loaders of
 * the generations that went are still there.
 */
final class SwapLoad {
  private static final int SWAPS = 100;
  private static final int CALLERS = 2;
  private static final int COLLECTIONS = 10;
  private static final String JAR = "swapped-jar";
  private static final String SOURCE = "swapped-source";

  private final Figures figures;
  private final Path folder;
  private final MetricView view = new StillView(0.42, 12);
  private final LongAdder calls = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();
  private volatile boolean calling = true;

  SwapLoad(Figures figures, Path folder) {
    this.figures = figures;
    this.folder = folder;
  }

  /** The line of the summary. */
  String run() throws IOException {
    Target target = BenchPlatform.target(8000);
    List<Double> millis = new ArrayList<>();
    long leaked;
    try (BenchPlatform platform = BenchPlatform.open(folder.resolve("data"))) {
      ExtensionSet extensions = platform.platform().forTarget(target);
      swap(platform, 0);
      swap(platform, 1);
      long before = loaders();
      List<Thread> callers = start(extensions);
      for (int i = 2; i < SWAPS + 2; i++) {
        long begin = System.nanoTime();
        swap(platform, i);
        millis.add((System.nanoTime() - begin) / 1e6);
      }
      stop(callers);
      leaked = leftBeyond(before);
    }
    figures.put(PluginRequirements.FAILED, Figures.OURS, (double) failed.sum());
    figures.put(PluginRequirements.LEAKED, Figures.OURS, (double) leaked);
    figures.put("a swap under load, ms", Figures.OURS, Medians.of(millis));
    figures.note(
        "while the "
            + SWAPS
            + " swaps ran, "
            + CALLERS
            + " threads made "
            + calls.sum()
            + " calls"
            + (firstFailure.get() == null ? "" : "; the first that failed: " + firstFailure.get()));
    return "swaps " + SWAPS + " failed_calls " + failed.sum() + " leaked_loaders " + leaked;
  }

  /** Brings the next version of the one or of the other, and sees that it runs. */
  private void swap(BenchPlatform platform, int number) throws IOException {
    boolean jar = number % 2 == 0;
    String unit = jar ? JAR : SOURCE;
    int before = platform.generation(unit);
    if (jar) {
      platform.drop(unit + ".jar", MadeGuardrail.jar(folder, unit, number));
    } else {
      platform.drop(
          "SwappedSource.java",
          MadeGuardrail.raced(unit, "SwappedSource", number).getBytes(StandardCharsets.UTF_8));
    }
    platform.look();
    if (platform.generation(unit) != before + 1) {
      throw new IOException(
          "Swap " + number + " of " + unit + " did not happen: " + platform.problems().open());
    }
  }

  private List<Thread> start(ExtensionSet extensions) {
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Thread caller = new Thread(() -> call(extensions), "caller-" + i);
      caller.setDaemon(true);
      caller.start();
      callers.add(caller);
    }
    return callers;
  }

  /** As the daemon does it: the list of the moment, then each of it. */
  private void call(ExtensionSet extensions) {
    while (calling) {
      for (Bound<Guardrail> bound : extensions.guardrails()) {
        calls.increment();
        try {
          bound.extension().check(view);
        } catch (RuntimeException e) {
          failed.increment();
          firstFailure.compareAndSet(null, String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void stop(List<Thread> callers) throws IOException {
    calling = false;
    try {
      for (Thread caller : callers) {
        caller.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Collects until no more loaders are there than before, or gives up. */
  private static long leftBeyond(long before) throws IOException {
    long left = Long.MAX_VALUE;
    for (int i = 0; i < COLLECTIONS && left > before; i++) {
      left = loaders();
    }
    return Math.max(0, left - before);
  }

  /** How many loaders of plugins and sources are alive, after a full collection. */
  private static long loaders() throws IOException {
    try {
      Object histogram =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      long loaders = 0;
      for (String line : String.valueOf(histogram).split("\n", -1)) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length >= 4 && isLoader(words[3])) {
          loaders += Long.parseLong(words[1]);
        }
      }
      return loaders;
    } catch (JMException e) {
      throw new IOException("The machine does not count its objects", e);
    }
  }

  private static boolean isLoader(String type) {
    return (type.startsWith("io.vllmmonitor.core.plugin.") && type.endsWith("ClassLoader"))
        || type.equals("io.vllmmonitor.core.script.SourceClassLoader");
  }
}
