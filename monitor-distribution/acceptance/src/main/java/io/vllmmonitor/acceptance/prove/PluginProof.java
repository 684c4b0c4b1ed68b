package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The life of the example plugin on a running daemon: its jar is dropped and live within seconds,
 * it fires on a simulated failure, its second version takes over what the first one knew, and it
 * ends when its jar is taken away while a neighbour's stays.
 */
final class PluginProof implements Proof {
  private static final String PLUGIN = "queue-watch";
  private static final String NEIGHBOUR = "queue-neighbour";
  private static final String SECOND = "second edition";
  private static final Duration SECONDS = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern LOOKS = Pattern.compile("in (\\d+) looks");

  @Override
  public String run(ProofSetting setting) throws Exception {
    Path data = setting.scratch().resolve("plugin");
    Path config = setting.scratch().resolve("plugin.yaml");
    try (SimulatorProcess server = SimulatorProcess.start(setting, List.of("--rate", "4"))) {
      Files.writeString(
          config,
          "targets:\n  - url: "
              + server.url()
              + "\n    mode: observe\n    scrape_interval: 1s\nplugins:\n  queue-watch:\n"
              + "    most_waiting: 6\n");
      try (DaemonProcess daemon =
          DaemonProcess.up(setting, data, List.of("--config", config.toString()))) {
        String summary = life(setting, daemon, server, data.resolve("plugins"));
        int exitCode = daemon.stop();
        require(exitCode == 0, "a stopped daemon exits with 0, found " + exitCode);
        return summary;
      }
    }
  }

  private static String life(
      ProofSetting setting, DaemonProcess daemon, SimulatorProcess server, Path plugins)
      throws Exception {
    Rest rest = daemon.rest();
    long dropped = System.nanoTime();
    edition(setting, plugins, PLUGIN, "1.0.0", UnaryOperator.identity());
    Until.holds("the dropped plugin to run", SECONDS, () -> judged(rest, PLUGIN).isPresent());
    long liveMillis = (System.nanoTime() - dropped) / 1_000_000;
    setting.log().accept("the plugin is live " + liveMillis + " ms after its build began");
    edition(
        setting,
        plugins,
        NEIGHBOUR,
        "1.0.0",
        text ->
            text.replace("\"queue-watch\"", "\"" + NEIGHBOUR + "\"")
                .replace("\"drain-queue\"", "\"drain-neighbour\""));
    Until.holds("the neighbour to run", SECONDS, () -> judged(rest, NEIGHBOUR).isPresent());

    server.exhaustKv();
    Until.holds(
        "the plugin's guardrail to fire",
        PATIENCE,
        () -> !rest.all("/api/v1/firings?guardrail=" + PLUGIN).isEmpty());
    Until.holds("it to have looked often", PATIENCE, () -> looks(rest, "") > 15);
    long before = looks(rest, "");
    setting.log().accept("it fires, after " + before + " looks");

    edition(
        setting,
        plugins,
        PLUGIN,
        "1.1.0",
        text -> text.replace(" requests wait; ", " requests wait, says the " + SECOND + "; "));
    Until.holds("the second version to judge", SECONDS, () -> looks(rest, SECOND) > 0);
    long after = looks(rest, SECOND);
    require(after > before, "the state goes on: " + before + " looks before, then " + after);
    require(daemon.command("plugin", "list").output().contains("1.1.0"), "plugin list tells 1.1.0");
    setting.log().accept("version 1.1.0 goes on after " + after + " looks");
    server.clearFaults();

    Files.delete(plugins.resolve(PLUGIN + ".jar"));
    Until.holds("the plugin to end", SECONDS, () -> judged(rest, PLUGIN).isEmpty());
    require(judged(rest, NEIGHBOUR).isPresent(), "the neighbour runs on");
    return "plugin live, fired, state kept (" + before + " then " + after + " looks), removed";
  }

  private static void edition(
      ProofSetting setting, Path plugins, String id, String version, UnaryOperator<String> edit)
      throws Exception {
    ExamplePlugin.build(
        setting.bundle(), setting.scratch(), plugins.resolve(id + ".jar"), id, version, edit);
  }

  /** What the guardrail said last; empty while it has judged nothing, or is gone. */
  private static Optional<String> judged(Rest rest, String guardrail) throws Exception {
    for (JsonNode item : rest.all("/api/v1/guardrails")) {
      for (JsonNode target : item.path("targets")) {
        if (item.path("id").asText().equals(guardrail) && target.path("evaluations").asLong() > 0) {
          return Optional.of(target.path("reason").asText());
        }
      }
    }
    return Optional.empty();
  }

  /** How often it says that it has looked; 0 while its reason does not hold this text. */
  private static long looks(Rest rest, String text) throws Exception {
    String reason = judged(rest, PLUGIN).filter(said -> said.contains(text)).orElse("");
    Matcher looks = LOOKS.matcher(reason);
    return looks.find() ? Long.parseLong(looks.group(1)) : 0;
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new ProofFailure(what);
    }
  }
}
