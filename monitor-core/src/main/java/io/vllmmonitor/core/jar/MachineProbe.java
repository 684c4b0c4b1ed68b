package io.vllmmonitor.core.jar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what the machine of the daemon has, and keeps it for a minute: {@code /proc} and {@code
 * /sys}, and {@code nvidia-smi} for the memory of NVIDIA's GPUs. What cannot be read is not known,
 * which is no failure. Blocks up to five seconds while {@code nvidia-smi} answers. Thread-safe.
 */
public final class MachineProbe implements Supplier<Machine> {
  private static final Duration FRESH_FOR = Duration.ofMinutes(1);
  private static final int SMI_SECONDS = 5;
  private static final int LARGEST_ANSWER = 64 << 10;
  private static final long MEBIBYTE = 1L << 20;
  private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal:\\s+(\\d{1,15}) kB");
  private static final Pattern SMI_LINE = Pattern.compile("(.+),\\s*(\\d{1,12})");

  private final InstantSource clock;
  private final Path root;
  private final List<String> smi;
  private final Object lock = new Object();
  private @Nullable Machine known;
  private Instant since = Instant.EPOCH;

  public MachineProbe(InstantSource clock) {
    this(clock, Path.of("/"), "nvidia-smi");
  }

  /**
   * @param root below which {@code proc} and {@code sys} lie
   * @param smi the program that knows the memory of NVIDIA's GPUs
   */
  MachineProbe(InstantSource clock, Path root, String smi) {
    this.clock = requireNonNull(clock, "clock");
    this.root = requireNonNull(root, "root");
    this.smi = List.of(smi, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits");
  }

  /** The machine as it is now, or was a minute ago. */
  @Override
  public Machine get() {
    synchronized (lock) {
      Instant now = clock.instant();
      Machine machine = known;
      if (machine == null || now.isAfter(since.plus(FRESH_FOR)) || now.isBefore(since)) {
        machine = read();
        known = machine;
        since = now;
      }
      return machine;
    }
  }

  private Machine read() {
    List<Machine.Gpu> gpus = nvidia();
    gpus.addAll(amd());
    return new Machine(
        Machine.arch(System.getProperty("os.arch", "")),
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT),
        Runtime.getRuntime().availableProcessors(),
        memory(),
        gpus);
  }

  private long memory() {
    try {
      Matcher line = MEMORY.matcher(Files.readString(root.resolve("proc/meminfo")));
      return line.find() ? Long.parseLong(line.group(1)) * 1024 : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** What the driver lists; with their memory where nvidia-smi tells as many. */
  private List<Machine.Gpu> nvidia() {
    int count = children(root.resolve("proc/driver/nvidia/gpus"), "*").size();
    if (count == 0) {
      return new ArrayList<>();
    }
    List<Machine.Gpu> told = askSmi();
    while (told.size() < count) {
      told.add(new Machine.Gpu("NVIDIA", 0));
    }
    return told;
  }

  private List<Machine.Gpu> askSmi() {
    List<Machine.Gpu> gpus = new ArrayList<>();
    for (String line : smiAnswer().lines().toList()) {
      Matcher matcher = SMI_LINE.matcher(line.trim());
      if (matcher.matches()) {
        gpus.add(
            new Machine.Gpu(
                matcher.group(1).trim(),
                Math.multiplyExact(Long.parseLong(matcher.group(2)), MEBIBYTE)));
      }
    }
    return gpus;
  }

  private String smiAnswer() {
    Process process;
    try {
      process =
          new ProcessBuilder(smi)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
    } catch (IOException e) {
      return ""; // it is not installed
    }
    try (InputStream out = process.getInputStream()) {
      // The answer fits into a pipe, so that the program ends without anybody reading.
      boolean ended = process.waitFor(SMI_SECONDS, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0
          ? new String(out.readNBytes(LARGEST_ANSWER), UTF_8)
          : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    } finally {
      process.destroyForcibly();
    }
  }

  private List<Machine.Gpu> amd() {
    List<Machine.Gpu> gpus = new ArrayList<>();
    for (Path card : children(root.resolve("sys/class/drm"), "card[0-9]*")) {
      try {
        String bytes = Files.readString(card.resolve("device/mem_info_vram_total")).trim();
        gpus.add(new Machine.Gpu("AMD", bytes.matches("\\d{1,18}") ? Long.parseLong(bytes) : 0));
      } catch (IOException e) {
        // Another maker's card, or a connector of one: the next may be AMD's.
      }
    }
    return gpus;
  }

  private static List<Path> children(Path folder, String glob) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      entries.forEach(children::add);
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return List.of(); // there is none, or it may not be read
    }
    return children;
  }
}
