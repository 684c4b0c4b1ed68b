package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A user's first evening: the daemon on a simulated server, a dropped guardrail and a dropped
 * plugin, a failure, its firing, incident, plan, attempt and outcome; then {@code kill -9}, both
 * files deleted, and everything is back and fires again.
 */
final class JourneyProof implements Proof {
  private static final String GUARDRAIL = "kv-cache-almost-full";
  private static final String PLUGIN = "queue-watch";
  private static final List<String> RECORDS =
      List.of("checkpoints", "firings", "incidents", "attempts");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Override
  public String run(ProofSetting setting) throws Exception {
    Path data = setting.scratch().resolve("journey");
    Path config = setting.scratch().resolve("journey.yaml");
    Steps steps = new Steps(setting);
    try (SimulatorProcess server = SimulatorProcess.start(setting, List.of("--rate", "4"))) {
      Files.writeString(config, config(server));
      List<String> arguments = List.of("--config", config.toString());
      Memory memory;
      try (DaemonProcess daemon = DaemonProcess.up(setting, data, arguments)) {
        steps.done("the daemon is up");
        firstLife(setting, daemon, server, data, steps);
        memory = Memory.of(daemon.rest(), server.instance());
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

  private static void firstLife(
      ProofSetting setting, DaemonProcess daemon, SimulatorProcess server, Path data, Steps steps)
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

    exhaustKv(server);
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
    clearFaults(server);
    Until.holds("the firing to clear", PATIENCE, () -> firing(rest, GUARDRAIL) == 0);
    steps.done("the firing cleared");
  }

  private static void secondLife(
      DaemonProcess daemon, SimulatorProcess server, Memory memory, Steps steps) throws Exception {
    Rest rest = daemon.rest();
    JsonNode report = rest.get("/api/v1/restore-report");
    for (String unit : List.of(GUARDRAIL, PLUGIN)) {
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
    exhaustKv(server);
    Until.holds("the guardrail to fire again", PATIENCE, () -> fired(rest, GUARDRAIL) > before);
    steps.done("it fires again, without its file");
    clearFaults(server);

    require(daemon.command("plugin", "disable", PLUGIN).exitCode() == 0, "plugin disable works");
    Until.holds("the plugin to stop", PATIENCE, () -> !isListed(rest, PLUGIN));
    require(daemon.command("plugin", "enable", PLUGIN).exitCode() == 0, "plugin enable works");
    Until.holds("the plugin to run once more", PATIENCE, () -> evaluates(rest, PLUGIN));
    steps.done("the plugin was disabled and enabled");
  }

  private static void commandLine(DaemonProcess daemon) throws Exception {
    expect(daemon.command("status"), "incident");
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

  private static String config(SimulatorProcess server) {
    return """
        targets:
          - url: %s
            mode: act
            scrape_interval: 1s
        guardrails:
          auto_promote: true
        mitigations:
          cooldown_seconds: 20
          max_interventions_per_hour: 20
          max_interventions_per_day: 40
        """
        .formatted(server.instance());
  }

  private static void exhaustKv(SimulatorProcess server) throws IOException, InterruptedException {
    int status = server.rest().post("/simulator/faults", "{\"fault\":\"kv_exhaustion\"}");
    require(status / 100 == 2, "the simulator takes the fault, answered " + status);
  }

  private static void clearFaults(SimulatorProcess server)
      throws IOException, InterruptedException {
    int status = server.rest().post("/simulator/faults", "{\"clear\":true}");
    require(status / 100 == 2, "the simulator clears its faults, answered " + status);
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

  /** What the daemon had acknowledged before it was killed, kept outside of it. */
  private static final class Memory {
    private final String instance;
    private final Map<String, List<String>> samples = new LinkedHashMap<>();
    private final Map<String, Map<String, JsonNode>> records = new LinkedHashMap<>();

    private Memory(String instance) {
      this.instance = instance;
    }

    static Memory of(Rest rest, String instance) throws Exception {
      Memory memory = new Memory(instance);
      memory.samples.putAll(memory.samples(rest));
      for (String kind : RECORDS) {
        memory.records.put(kind, byId(rest, kind));
      }
      return memory;
    }

    private Map<String, List<String>> samples(Rest rest) throws Exception {
      Map<String, List<String>> found = new LinkedHashMap<>();
      JsonNode result =
          rest.query("{__name__=~\"vllm:.*\",instance=\"" + instance + "\"}[1d]").path("result");
      for (JsonNode series : result) {
        List<String> values = new ArrayList<>();
        series.path("values").forEach(pair -> values.add(pair.toString()));
        found.put(series.path("metric").toString(), values);
      }
      return found;
    }

    private static Map<String, JsonNode> byId(Rest rest, String kind) throws Exception {
      Map<String, JsonNode> found = new LinkedHashMap<>();
      for (JsonNode item : rest.all("/api/v1/" + kind)) {
        found.put(item.path("id").asText(), item);
      }
      return found;
    }

    int firingsOf(String guardrail) {
      int count = 0;
      for (JsonNode firing : records.getOrDefault("firings", Map.of()).values()) {
        count += firing.path("guardrail").asText().equals(guardrail) ? 1 : 0;
      }
      return count;
    }

    /** How many acknowledged samples and records are gone or changed. */
    int missingFrom(Rest rest, ProofSetting setting) throws Exception {
      int missing = 0;
      Map<String, List<String>> now = samples(rest);
      for (Map.Entry<String, List<String>> series : samples.entrySet()) {
        List<String> left = new ArrayList<>(series.getValue());
        left.removeAll(new java.util.HashSet<>(now.getOrDefault(series.getKey(), List.of())));
        missing += left.size();
        if (!left.isEmpty()) {
          setting.log().accept("lost of " + series.getKey() + ": " + left);
        }
      }
      for (String kind : RECORDS) {
        Map<String, JsonNode> found = byId(rest, kind);
        for (String id : records.getOrDefault(kind, Map.of()).keySet()) {
          if (!found.containsKey(id)) {
            missing++;
            setting.log().accept("lost of " + kind + ": " + id);
          }
        }
      }
      return missing;
    }

    private long sampleCount() {
      return samples.values().stream().mapToLong(List::size).sum();
    }

    private int recordCount() {
      return records.values().stream().mapToInt(Map::size).sum();
    }

    @Override
    public String toString() {
      return "samples " + sampleCount() + " records " + recordCount();
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
