package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A user's first evening: the daemon on a simulated server, a dropped guardrail and a dropped
 * plugin, a failure, its firing, incident, plan, attempt and outcome; then {@code kill -9}, both
 * files deleted, and everything is back and fires again. With {@code REAL_VLLM_URL} in the
 * environment the same journey watches that server, without the failure, which a real server is not
 * asked for.
 */
final class JourneyProof implements Proof {
  private static final String GUARDRAIL = "kv-cache-almost-full";
  private static final String PLUGIN = "queue-watch";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Override
  public String run(ProofSetting setting) throws Exception {
    Path data = setting.scratch().resolve("journey");
    Path config = setting.scratch().resolve("journey.yaml");
    Steps steps = new Steps(setting);
    try (WatchedServer server = server(setting)) {
      Files.writeString(config, config(server));
      List<String> arguments = List.of("--config", config.toString());
      Acknowledged memory;
      try (DaemonProcess daemon = DaemonProcess.up(setting, data, arguments)) {
        steps.done("the daemon is up");
        firstLife(setting, daemon, server, data, steps);
        memory = Acknowledged.of(daemon.rest(), server.instance());
        steps.done("noted " + memory);
        daemon.kill();
        steps.done("killed with SIGKILL");
      }
      Files.delete(data.resolve("guardrails/KvCacheAlmostFull.java"));
      Files.delete(data.resolve("plugins/queue-watch.jar"));
      steps.done("deleted the dropped guardrail and the dropped jar");
      try (DaemonProcess daemon = DaemonProcess.up(setting, data, arguments)) {
        steps.done("the daemon is up again");
        int lost = memory.missingFrom(daemon.rest(), setting);
        secondLife(daemon, server, memory, steps);
        int exitCode = daemon.stop();
        require(exitCode == 0, "a stopped daemon exits with 0, found " + exitCode);
        steps.done("stopped in order");
        String summary = "journey steps " + steps.count + " " + memory + " lost " + lost;
        require(lost == 0, summary);
        return summary;
      }
    }
  }

  private static WatchedServer server(ProofSetting setting) throws IOException {
    String live = System.getenv("REAL_VLLM_URL");
    return live == null || live.isBlank()
        ? SimulatorProcess.start(setting, List.of("--rate", "4"))
        : WatchedServer.live(live);
  }

  private static void firstLife(
      ProofSetting setting, DaemonProcess daemon, WatchedServer server, Path data, Steps steps)
      throws Exception {
    Rest rest = daemon.rest();
    Until.holds(
        "series to flow",
        PATIENCE,
        () -> rest.query("vllm:num_requests_running").path("result").size() == 1);
    require(
        rest.query("1+1").path("result").path(1).asText().equals("2"), "1+1 is answered with 2");
    steps.done("series flow");

    Path half = data.resolve("guardrails/.half");
    Files.writeString(half, ExamplePlugin.guardrailSource());
    Files.move(half, data.resolve("guardrails/KvCacheAlmostFull.java"));
    ExamplePlugin.build(
        setting.bundle(), setting.scratch(), data.resolve("plugins/queue-watch.jar"));
    Until.holds("the dropped guardrail to run", PATIENCE, () -> evaluates(rest, GUARDRAIL));
    Until.holds("the dropped plugin to run", PATIENCE, () -> evaluates(rest, PLUGIN));
    steps.done("a dropped guardrail and a dropped plugin run");

    if (server.canFail()) {
      failure(rest, daemon, server, steps);
    }
  }

  private static void failure(Rest rest, DaemonProcess daemon, WatchedServer server, Steps steps)
      throws Exception {
    server.exhaustKv();
    Until.holds("the dropped guardrail to fire", PATIENCE, () -> fired(rest, GUARDRAIL) > 0);
    Until.holds("the plugin's guardrail to fire", PATIENCE, () -> fired(rest, PLUGIN) > 0);
    steps.done("both fire");
    Until.holds("an incident", PATIENCE, () -> !rest.all("/api/v1/incidents").isEmpty());
    Until.holds(
        "an attempt with a measured outcome",
        PATIENCE,
        () -> rest.all("/api/v1/attempts").stream().anyMatch(JourneyProof::isMeasured));
    steps.done("an attempt was carried out and measured: " + outcome(rest));
    commandLine(daemon);
    steps.done("the command line tells the same");
    server.clearFaults();
    Until.holds("the firing to clear", PATIENCE, () -> firing(rest, GUARDRAIL) == 0);
    steps.done("the firing cleared");
  }

  private static void secondLife(
      DaemonProcess daemon, WatchedServer server, Acknowledged memory, Steps steps)
      throws Exception {
    Rest rest = daemon.rest();
    JsonNode report = rest.get("/api/v1/restore-report");
    List<String> subjects =
        server.canFail()
            ? List.of(GUARDRAIL, PLUGIN, server.instance(), "Success counts")
            : List.of(GUARDRAIL, PLUGIN, server.instance());
    for (String unit : subjects) {
      boolean restored = false;
      for (JsonNode item : report.path("items")) {
        restored |=
            item.path("subject").asText().contains(unit)
                && item.path("status").asText().equals("RESTORED");
      }
      require(restored, "the restore report says that " + unit + " came back; found " + report);
    }
    require(
        daemon.output().contains(GUARDRAIL) && daemon.output().contains(PLUGIN),
        "the restore report is printed");
    steps.done("the restore report names what came back");
    Until.holds("the guardrail to run again", PATIENCE, () -> evaluates(rest, GUARDRAIL));
    Until.holds("the plugin to run again", PATIENCE, () -> evaluates(rest, PLUGIN));
    int before = fired(rest, GUARDRAIL);
    require(before >= memory.firingsOf(GUARDRAIL), "no firing was forgotten");
    if (server.canFail()) {
      server.exhaustKv();
      Until.holds("the guardrail to fire again", PATIENCE, () -> fired(rest, GUARDRAIL) > before);
      steps.done("it fires again, without its file");
      server.clearFaults();
    }

    require(daemon.command("plugin", "disable", PLUGIN).exitCode() == 0, "plugin disable works");
    Until.holds("the plugin to stop", PATIENCE, () -> !isListed(rest, PLUGIN));
    require(daemon.command("plugin", "enable", PLUGIN).exitCode() == 0, "plugin enable works");
    Until.holds("the plugin to run once more", PATIENCE, () -> evaluates(rest, PLUGIN));
    steps.done("the plugin was disabled and enabled");
  }

  private static void commandLine(DaemonProcess daemon) throws Exception {
    expect(daemon.command("status"), "relieve_preemption_thrash");
    expect(daemon.command("history", "incidents", "--json"), "CACHE_OVERFLOW");
    expect(daemon.command("history", "attempts", "--json"), "SUCCEEDED");
    expect(daemon.command("history", "guardrails"), GUARDRAIL);
    expect(daemon.command("history", "checkpoints"), "PROCESSING_REQUESTS");
    expect(daemon.command("history", "metrics", "vllm:num_preemptions_total"), "preemptions");
    expect(daemon.command("plugin", "list"), PLUGIN);
    expect(daemon.command("version"), "0.1.0");
  }

  private static void expect(DaemonProcess.Result result, String text) {
    require(
        result.exitCode() <= 1 && result.output().contains(text),
        "expected '" + text + "', found exit code " + result.exitCode() + ":\n" + result.output());
  }

  private static String config(WatchedServer server) {
    return """
        targets:
          - url: %s
            mode: %s
            scrape_interval: 1s
        guardrails:
          auto_promote: true
        mitigations:
          cooldown_seconds: 20
          max_interventions_per_hour: 20
          max_interventions_per_day: 40
        """
        .formatted(server.url(), server.canFail() ? "act" : "observe");
  }

  private static boolean evaluates(Rest rest, String guardrail) throws Exception {
    for (JsonNode item : rest.all("/api/v1/guardrails")) {
      if (item.path("id").asText().equals(guardrail)) {
        for (JsonNode target : item.path("targets")) {
          if (target.path("evaluations").asLong() > 2) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean isListed(Rest rest, String guardrail) throws Exception {
    for (JsonNode item : rest.all("/api/v1/guardrails")) {
      if (item.path("id").asText().equals(guardrail)) {
        return true;
      }
    }
    return false;
  }

  private static int fired(Rest rest, String guardrail) throws Exception {
    return rest.all("/api/v1/firings?guardrail=" + guardrail).size();
  }

  private static int firing(Rest rest, String guardrail) throws Exception {
    return rest.all("/api/v1/firings?status=FIRING&guardrail=" + guardrail).size();
  }

  private static boolean isMeasured(JsonNode attempt) {
    return attempt.path("status").asText().equals("SUCCEEDED")
        && attempt.path("outcome").isTextual();
  }

  private static String outcome(Rest rest) throws Exception {
    for (JsonNode attempt : rest.all("/api/v1/attempts")) {
      if (isMeasured(attempt)) {
        return attempt.path("strategy").asText()
            + " "
            + attempt.path("outcome").asText()
            + ", "
            + attempt.path("outcome_reason").asText();
      }
    }
    return "none";
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new ProofFailure(what);
    }
  }

  /** Counts and tells the steps. */
  private static final class Steps {
    private final ProofSetting setting;
    private int count;

    Steps(ProofSetting setting) {
      this.setting = setting;
    }

    void done(String what) {
      count++;
      setting.log().accept(count + ". " + what);
    }
  }
}
