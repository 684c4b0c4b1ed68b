package io.vllmmonitor.benchmarks.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** On what a run was made: machine, JDK, versions of the rivals. */
final class Surroundings {
  private Surroundings() {}

  /** One line for the head of the results. */
  static String head(Setting setting) throws IOException {
    List<String> parts = new ArrayList<>();
    parts.add(LocalDate.now(ZoneOffset.UTC).toString());
    parts.add("commit " + setting.commit());
    parts.add(machine());
    parts.add("JDK " + System.getProperty("java.vm.version"));
    parts.add(version("prometheus", "--version"));
    parts.add(version("dpkg-query", "-W", "-f", "VictoriaMetrics ${Version}", "victoria-metrics"));
    parts.add(
        String.format(Locale.ROOT, "%,d scrapes of 1,000 series", setting.scrapes())
            + (setting.quick() ? " (quick)" : ""));
    return String.join(" · ", parts) + "\n";
  }

  /** Model, cores and memory. */
  static String machine() throws IOException {
    String model = line(Path.of("/proc/cpuinfo"), "model name").replaceAll(".*:\\s*", "").strip();
    long kibibytes =
        Long.parseLong(line(Path.of("/proc/meminfo"), "MemTotal").replaceAll("[^0-9]", ""));
    return model
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores, "
        + Math.round(kibibytes / 1048576.0)
        + " GiB";
  }

  /**
   * What the machine had to do besides, for a note: how many processes wanted a core, over the last
   * minutes. CPU figures bear that, times do not.
   */
  static String load() throws IOException {
    String[] averages = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
    return "load average of the machine at the end "
        + averages[0]
        + ", "
        + averages[1]
        + ", "
        + averages[2]
        + " (1, 5, 15 minutes)";
  }

  private static String line(Path file, String start) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElse(start + ": unknown 0");
  }

  private static String version(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return text.lines().findFirst().orElse(command[0]).replaceAll("\\s*\\(.*", "");
  }
}
