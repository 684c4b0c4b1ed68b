package io.vllmmonitor.acceptance.prove;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The archive of classes helps a start and never hinders one: the first orderly stop writes it, the
 * next start uses it, and one that is damaged in any way is left aside and written again. Times and
 * memory are told, not judged.
 */
final class StartProof implements Proof {
  private static final int QUICK_ROUNDS = 2;
  private static final int LONG_ROUNDS = 6;
  private static final int WRITE_ATTEMPTS = 4;

  /** The ways in which an archive is spoilt; by turns. */
  private enum Damage {
    FLIPPED_BIT,
    CUT_SHORT,
    EMPTY,
    WRONG_CHECKSUM,
    NO_CHECKSUM,
    FOREIGN_WITH_RIGHT_CHECKSUM
  }

  private final List<Double> without = new ArrayList<>();
  private final List<Double> with = new ArrayList<>();
  private int starts;
  private int written;
  private int used;
  private int damaged;

  @Override
  public String run(ProofSetting setting) throws Exception {
    Path data = setting.scratch().resolve("started");
    int rounds = setting.size(1, QUICK_ROUNDS, LONG_ROUNDS);
    write(setting, data);
    for (int round = 0; round < rounds; round++) {
      life(setting, data, true);
      Damage damage = Damage.values()[round % Damage.values().length];
      spoil(archive(data), damage);
      setting.log().accept("damage: " + damage);
      damaged++;
      write(setting, data);
    }
    life(setting, data, true);
    return String.format(
        Locale.ROOT,
        "starts %d written %d used %d damaged %d · ready %.2f s without, %.2f s with",
        starts,
        written,
        used,
        damaged,
        median(without),
        median(with));
  }

  /**
   * Starts without an archive until a stop has written one. On a busy machine, a stop gives up on
   * it after ten seconds.
   */
  private void write(ProofSetting setting, Path data) throws Exception {
    for (int attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
      life(setting, data, false);
      if (isSound(data)) {
        written++;
        return;
      }
      setting.log().accept("that stop has not written the archive");
    }
    throw new ProofFailure(WRITE_ATTEMPTS + " orderly stops have written no archive of classes");
  }

  /** Starts, looks whether the archive is in use, and stops. */
  private void life(ProofSetting setting, Path data, boolean withArchive) throws Exception {
    long begin = System.nanoTime();
    try (DaemonProcess daemon = DaemonProcess.up(setting, data, List.of(), Map.of())) {
      double seconds = (System.nanoTime() - begin) / 1e9;
      starts++;
      boolean inUse = usesArchive(daemon.pid());
      if (inUse != withArchive) {
        throw new ProofFailure(
            "Expected the daemon to run %s its archive of classes, found it %s; it said: %s"
                .formatted(
                    withArchive ? "with" : "without",
                    inUse ? "in use" : "not in use",
                    daemon.output()));
      }
      (withArchive ? with : without).add(seconds);
      long memory = resident(daemon.pid());
      long stop = System.nanoTime();
      if (daemon.stop() != 0) {
        throw new ProofFailure("The daemon did not end in order: " + daemon.output());
      }
      setting
          .log()
          .accept(
              String.format(
                  Locale.ROOT,
                  "%s archive: ready after %.2f s, %d MiB, stopped in %.2f s",
                  withArchive ? "with" : "without",
                  seconds,
                  memory,
                  (System.nanoTime() - stop) / 1e9));
    }
    used += withArchive ? 1 : 0;
  }

  private static boolean isSound(Path data) throws IOException, InterruptedException {
    try (Stream<Path> files = Files.list(data.resolve("cache"))) {
      List<Path> found = files.sorted().toList();
      return found.size() == 2 && Files.readString(found.get(1)).equals(checksumOf(found.get(0)));
    }
  }

  /** The one archive there is. */
  private static Path archive(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("cache"))) {
      List<Path> found = files.sorted().toList();
      if (found.size() != 2 || !found.get(1).toString().equals(found.get(0) + ".cksum")) {
        throw new ProofFailure("Expected an archive of classes and its checksum, found " + found);
      }
      return found.get(0);
    }
  }

  private static boolean usesArchive(long pid) throws IOException {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc/" + pid + "/maps"), StandardCharsets.UTF_8)) {
      return lines.anyMatch(line -> line.contains("/cache/classes-"));
    }
  }

  private static long resident(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    throw new IOException("/proc/" + pid + "/status has no line VmRSS");
  }

  private static void spoil(Path archive, Damage damage) throws Exception {
    Path checksum = archive.resolveSibling(archive.getFileName() + ".cksum");
    if (!archive.toFile().setWritable(true)) {
      throw new IOException(archive + " cannot be made writable");
    }
    switch (damage) {
      case FLIPPED_BIT -> flip(archive, Files.size(archive) / 2);
      case CUT_SHORT -> cut(archive, Files.size(archive) / 3);
      case EMPTY -> cut(archive, 0);
      case WRONG_CHECKSUM -> Files.writeString(checksum, "1 " + Files.size(archive) + "\n");
      case NO_CHECKSUM -> Files.delete(checksum);
      case FOREIGN_WITH_RIGHT_CHECKSUM -> {
        // As one of another Java: the checksum is right, and Java itself has to refuse it.
        flip(archive, 8);
        Files.writeString(checksum, checksumOf(archive));
      }
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int value = open.read();
      open.seek(at);
      open.write(value ^ 1);
    }
  }

  private static void cut(Path file, long length) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(length);
    }
  }

  private static String checksumOf(Path file) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("cksum").redirectInput(file.toFile()).start();
    String sum = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("cksum failed");
    }
    return sum;
  }

  private static double median(List<Double> seconds) {
    return seconds.stream().sorted().skip(seconds.size() / 2).findFirst().orElse(Double.NaN);
  }
}
