package io.vllmmonitor.acceptance.crash;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * {@code DIR FLIPS SEED}: makes a store as a killed daemon leaves it, and then, again and again,
 * flips one bit in a copy, opens that, reads everything and compares. Prints how many flips were
 * noticed, were harmless, or led to something wrong: another value than was stored, or something
 * missing of which nobody was told.
 */
public final class BitFlips {
  private enum Outcome {
    NOTICED,
    HARMLESS,
    WRONG
  }

  private final Path original;
  private final Path copy;
  private final InstantSource clock;
  private final Map<String, String> right;
  private final List<Path> files;

  private BitFlips(Path folder) throws IOException {
    this.original = folder.resolve("original");
    this.copy = folder.resolve("copy");
    SampleStore made = SampleStore.make(folder.resolve("live"), original);
    this.clock = InstantSource.fixed(made.end());
    this.right = made.content();
    try (Stream<Path> found = Files.walk(original)) {
      this.files =
          found
              .filter(file -> Files.isRegularFile(file) && file.toFile().length() > 0)
              .sorted()
              .toList();
    }
  }

  public static void main(String[] arguments) throws IOException {
    int flips = Integer.parseInt(arguments[1]);
    Random random = new Random(Long.parseLong(arguments[2]));
    BitFlips all = new BitFlips(Path.of(arguments[0]));
    Outcome untouched = all.outcome("nothing flipped");
    if (untouched != Outcome.HARMLESS) {
      System.out.println("without a flipped bit the store is " + untouched);
      return;
    }
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    for (int i = 0; i < flips; i++) {
      counts.merge(all.flip(random), 1, Integer::sum);
    }
    System.out.println(
        "bit flips "
            + flips
            + " noticed "
            + counts.getOrDefault(Outcome.NOTICED, 0)
            + " harmless "
            + counts.getOrDefault(Outcome.HARMLESS, 0)
            + " wrong "
            + counts.getOrDefault(Outcome.WRONG, 0));
  }

  /** Every file is as likely as any other, and every bit of it, so that small files count too. */
  private Outcome flip(Random random) throws IOException {
    renew();
    Path file = files.get(random.nextInt(files.size()));
    long at = Math.floorMod(random.nextLong(), Files.size(file));
    int bit = random.nextInt(8);
    Path flipped = copy.resolve(original.relativize(file).toString());
    try (RandomAccessFile open = new RandomAccessFile(flipped.toFile(), "rw")) {
      open.seek(at);
      int value = open.read();
      open.seek(at);
      open.write(value ^ (1 << bit));
    }
    return judge("bit " + bit + " of byte " + at + " of " + original.relativize(file));
  }

  private Outcome outcome(String what) throws IOException {
    renew();
    return judge(what);
  }

  private void renew() throws IOException {
    if (Files.exists(copy)) {
      try (Stream<Path> old = Files.walk(copy)) {
        for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    SampleStore.copy(original, copy);
  }

  private Outcome judge(String what) {
    AtomicBoolean noticed = new AtomicBoolean();
    List<String> wrong = new ArrayList<>();
    try (DataDirectory directory = DataDirectory.open(copy, clock);
        StoreEngine engine =
            StoreEngine.open(
                directory, config(copy), new MetricCatalog(), clock, System::nanoTime)) {
      engine.onDamage(problem -> noticed.set(true));
      Map<String, String> found = SampleStore.read(engine, failure -> noticed.set(true));
      noticed.compareAndSet(false, !engine.report().problems().isEmpty());
      wrong.addAll(differences(found, noticed.get()));
    } catch (MonitorException e) {
      noticed.set(true);
    } catch (RuntimeException e) {
      wrong.add("an unforeseen failure: " + e);
    }
    if (!wrong.isEmpty()) {
      System.out.println("WRONG with " + what + ": " + wrong.subList(0, Math.min(3, wrong.size())));
      return Outcome.WRONG;
    }
    return noticed.get() ? Outcome.NOTICED : Outcome.HARMLESS;
  }

  /**
   * What is not as it was stored. Once a loss was told, samples may be missing, and aggregates may
   * be those of the samples that are left.
   */
  private List<String> differences(Map<String, String> found, boolean noticed) {
    List<String> wrong = new ArrayList<>();
    found.forEach(
        (name, value) -> {
          boolean isLeft =
              noticed
                  && (name.startsWith(SampleStore.COMPUTED)
                      || value.equals(
                          found.get(name.replace(SampleStore.STORED, SampleStore.COMPUTED))));
          if (!isLeft && !value.equals(right.get(name))) {
            wrong.add(name + " is " + value + ", right is " + right.get(name));
          }
        });
    if (!noticed && found.size() < right.size()) {
      wrong.add(right.size() - found.size() + " values are missing and nobody was told");
    }
    return wrong;
  }

  static PersistenceConfig config(Path directory) {
    return PersistenceConfig.builder(directory).batchSize(100).reserveSize(0).build();
  }
}
