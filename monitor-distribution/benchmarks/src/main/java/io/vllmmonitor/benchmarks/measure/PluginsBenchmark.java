package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.benchmarks.peer.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the plugin platform: what an evaluation and a compilation cost beside the JDK's compiler
 * and MVEL, many guardrails on many targets, swaps under full load, and the time from a dropped
 * file to a live guardrail. Steps go to standard error, the table to standard output. Exit code 0
 * when every "must" is met, 1 when not, 2 when the call is wrong.
 */
public final class PluginsBenchmark {
  private final Setting setting;
  private final Figures figures = new Figures(System.err::println);
  private final List<String> lines = new ArrayList<>();

  private PluginsBenchmark(Setting setting) {
    this.setting = setting;
  }

  public static void main(String[] arguments) throws Exception {
    Setting setting;
    try {
      setting = Setting.of(List.of(arguments));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    System.exit(new PluginsBenchmark(setting).run());
  }

  private int run() throws IOException {
    Folders.delete(setting.scratch());
    Files.createDirectories(setting.scratch());
    try {
      measure(setting.scratch());
    } finally {
      Folders.delete(setting.scratch());
    }
    figures.note(Surroundings.load());
    String results =
        head() + RatioTable.of(figures, PluginRequirements.ALL, PluginRequirements.SYSTEMS);
    System.out.println(results);
    if (setting.markdown() != null) {
      StringBuilder shown = new StringBuilder(results);
      lines.forEach(line -> shown.append("* `").append(line).append("`\n"));
      ResultsDocument.replace(setting.markdown(), "plugins", shown.toString());
    }
    return verdict();
  }

  private void measure(Path scratch) throws IOException {
    figures.step("one rule in four forms");
    new EvaluationRace(figures, Files.createDirectories(scratch.resolve("race")), setting.quick())
        .run();
    figures.step("many guardrails");
    new GuardrailCrowd(figures, setting.quick()).run(scratch.resolve("crowd"));
    figures.step("swaps under load");
    lines.add(new SwapLoad(figures, Files.createDirectories(scratch.resolve("swaps"))).run());
    figures.step("from a dropped file to a live guardrail");
    lines.add(
        new DropToLive(figures, setting.bundle(), scratch.resolve("drops"), setting.quick()).run());
  }

  private String head() throws IOException {
    return String.join(
            " · ",
            LocalDate.now(ZoneOffset.UTC).toString(),
            "commit " + setting.commit(),
            Surroundings.machine(),
            "JDK " + System.getProperty("java.vm.version"))
        + (setting.quick() ? " (quick)" : "")
        + "\n\n";
  }

  private int verdict() {
    List<String> missed = RatioTable.missed(figures, PluginRequirements.ALL);
    lines.forEach(System.out::println);
    missed.forEach(one -> System.out.println("MISSED " + one));
    System.out.println(
        "plugins "
            + (setting.quick() ? "quick " : "")
            + (missed.isEmpty() ? "every must reached" : missed.size() + " missed")
            + (figures.wrong() ? ", answers WRONG" : ""));
    return setting.reportOnly() || (missed.isEmpty() && !figures.wrong()) ? 0 : 1;
  }
}
