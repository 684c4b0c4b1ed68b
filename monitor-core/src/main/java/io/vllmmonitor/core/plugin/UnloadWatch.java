package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_LOADER_LEAKED;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Whether the class loaders of unloaded plugins really go. Collections differ in what they look at,
 * so they are not counted: a loader of our own, with one class, is let go beside those of the
 * plugins. Each time it has gone, every plugin's loader could have gone as well; one that has
 * survived three such proofs is leaked. {@link #look} is confined to one thread at a time.
 */
final class UnloadWatch {
  /** So many proofs a loader survives before it counts as leaked. */
  static final int PROOFS = 3;

  private static final int MOST_WATCHED = 1_000;

  private final Problems problems;
  private final List<Gone> watched = new ArrayList<>();
  private final AtomicInteger leaked = new AtomicInteger();
  private @Nullable WeakReference<ClassLoader> proof;

  /** A loader that should go. */
  private static final class Gone {
    private final WeakReference<ClassLoader> loader;
    private final String unit;
    private int survived;

    Gone(ClassLoader loader, String unit) {
      this.loader = new WeakReference<>(loader);
      this.unit = unit;
    }
  }

  UnloadWatch(Problems problems, OwnMetrics metrics) {
    this.problems = problems;
    metrics.gauge(
        "plugin_loaders_leaked",
        "Class loaders of unloaded plugins that the JVM does not let go.",
        leaked::get);
    metrics.gauge(
        "plugin_loaders_waiting",
        "Class loaders of unloaded plugins that have not gone yet, leaked ones included.",
        this::waiting);
  }

  /** An unloaded plugin's loader; nobody needs it any more. */
  synchronized void watch(String unit, ClassLoader loader) {
    if (watched.size() >= MOST_WATCHED) {
      watched.remove(0);
    }
    watched.add(new Gone(loader, unit));
    if (proof == null) {
      proof = letGo();
    }
  }

  /** How many loaders have not gone yet. */
  synchronized int waiting() {
    return (int) watched.stream().filter(gone -> gone.loader.get() != null).count();
  }

  /** Takes note of what has gone since the last look. */
  synchronized void look() {
    boolean proven = proof != null && proof.get() == null;
    Iterator<Gone> each = watched.iterator();
    while (each.hasNext()) {
      Gone gone = each.next();
      if (gone.loader.get() == null) {
        each.remove();
        if (gone.survived >= PROOFS) {
          leaked.decrementAndGet();
          problems.clear(PLUGIN_LOADER_LEAKED, gone.unit);
        }
      } else if (proven && ++gone.survived == PROOFS) {
        leaked.incrementAndGet();
        problems.note(
            PLUGIN_LOADER_LEAKED,
            Blame.PLUGIN,
            gone.unit,
            "It was unloaded, but something in the JVM still holds its classes, such as a thread, a"
                + " shutdown hook, a thread-local or a driver that it has registered; end these in"
                + " close(). Every reload costs memory until the daemon is restarted");
      }
    }
    if (proven) {
      proof = watched.isEmpty() ? null : letGo();
    }
  }

  /** A loader with a class, since one without goes by easier collections. */
  private static WeakReference<ClassLoader> letGo() {
    ClassWriter empty = new ClassWriter(0);
    empty.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "Proof", null, "java/lang/Object", null);
    empty.visitEnd();
    return new WeakReference<>(new Proving(empty.toByteArray()));
  }

  /** Defines the class at once. */
  private static final class Proving extends ClassLoader {
    Proving(byte[] bytes) {
      super(null);
      Class<?> unused = defineClass("Proof", bytes, 0, bytes.length);
    }
  }
}
