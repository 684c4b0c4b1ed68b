package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.daemon.web.Trials;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Code judged by stored time: rehearse, replay. */
final class TrialVerbs {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final double NANOS_PER_MICRO = 1_000;

  private TrialVerbs() {}

  /** Runs code over stored samples, without effect. */
  @Command(
      name = "rehearse",
      description = {
        "Run guardrails and predictors over stored samples, without effect: how often they would"
            + " have fired, for what, how fast they are. A FILE is not installed by it.",
        "Ends with 1 when a call of the code failed."
      })
  static final class Rehearse implements Callable<Integer> {
    @Parameters(
        paramLabel = "ID|FILE",
        description = "As 'plugin list' shows it, or a source (.java) or jar on this machine.")
    private String what = "";

    @Option(names = "--last", paramLabel = "SPAN", description = "How far back, such as 24h.")
    private @Nullable String last;

    @Option(
        names = {"--from", "--since"},
        paramLabel = "TIME",
        description = "From this time on: RFC 3339, or back from now such as -2h.")
    private @Nullable String from;

    @Option(
        names = {"--to", "--until"},
        paramLabel = "TIME",
        description = "Until this time: RFC 3339, or back from now such as -30m.")
    private @Nullable String to;

    @Option(names = "--target", paramLabel = "INSTANCE", description = "Only on this target.")
    private @Nullable String target;

    private final MonitorCommand root;

    Rehearse(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public Integer call() {
      DaemonClient daemon = root.daemon();
      Map<String, String> span = new LinkedHashMap<>();
      Span.put(span, "last", last);
      Span.put(span, "from", from);
      Span.put(span, "to", to);
      Span.put(span, "target", target);
      DaemonClient.Answer started = isFile() ? file(daemon, span) : installed(daemon, span);
      JsonNode receipt = ExchangeVerbs.await(daemon, started.json());
      if (root.json()) {
        root.print(receipt.toString());
      } else {
        show(receipt);
      }
      boolean failed = false;
      for (JsonNode trial : receipt.path("trials")) {
        failed |= trial.path("failures").asLong() > 0;
      }
      return (failed ? ExitCode.UNHEALTHY : ExitCode.OK).number();
    }

    private boolean isFile() {
      return what.endsWith(".java") || what.endsWith(".jar");
    }

    private DaemonClient.Answer installed(DaemonClient daemon, Map<String, String> span) {
      ObjectNode body = MAPPER.createObjectNode();
      span.forEach(body::put);
      return daemon.post("/api/v1/plugins/" + encode(what) + "/rehearse", body.toString());
    }

    private DaemonClient.Answer file(DaemonClient daemon, Map<String, String> span) {
      Path path = Path.of(what);
      try {
        long size = Files.size(path);
        if (size > Trials.LARGEST_FILE) {
          // The daemon would hang up before it has read it all, and be thought to be away.
          throw new MonitorException(
              ErrorCode.HTTP_BODY_TOO_LARGE,
              Blame.OPERATOR,
              "File "
                  + path
                  + " has "
                  + size
                  + " bytes, the most is "
                  + Trials.LARGEST_FILE
                  + "; install it to have it rehearsed before it goes live");
        }
        Map<String, String> parameters = new LinkedHashMap<>(span);
        parameters.put("file", String.valueOf(path.getFileName()));
        return daemon.post("/api/v1/rehearse", parameters, Files.readAllBytes(path));
      } catch (IOException e) {
        throw new MonitorException(
            ErrorCode.PLUGIN_FILE_UNSUITABLE,
            Blame.OPERATOR,
            path + " is no file that can be read; expected a .java source or a plugin .jar",
            e);
      }
    }

    private void show(JsonNode receipt) {
      Reading reading = new Reading(root.surroundings().zone());
      root.print(
          Table.clean(
              Reading.text(receipt, "unit")
                  + " over "
                  + reading.time(receipt, "from")
                  + " to "
                  + reading.time(receipt, "to")
                  + ", took "
                  + Reading.text(receipt, "took")));
      if (!receipt.path("cut_at").isNull()) {
        root.print(Table.clean("CUT at " + reading.time(receipt, "cut_at") + ": its time was up"));
      }
      Table table =
          new Table(
              "EXTENSION",
              "TARGET",
              "TICKS",
              "VERDICTS",
              "FIRINGS",
              "FIRING",
              "INCIDENTS",
              "CAUGHT",
              "EARLY",
              "LEAD",
              "MEAN",
              "P99",
              "FAILED");
      for (JsonNode trial : receipt.path("trials")) {
        table.row(
            Reading.text(trial, "extension"),
            Reading.text(trial, "target"),
            Reading.text(trial, "ticks"),
            verdicts(trial.path("verdicts")),
            Reading.text(trial, "firings"),
            percent(trial.path("firing_ratio")),
            Reading.text(trial, "incidents"),
            Reading.text(trial, "caught"),
            Reading.text(trial, "early"),
            Reading.text(trial, "median_lead"),
            micros(trial.path("mean_nanos")),
            micros(trial.path("p99_nanos")),
            Reading.text(trial, "failures"));
      }
      if (!table.isEmpty()) {
        table.lines().forEach(root::print);
      }
      for (JsonNode trial : receipt.path("trials")) {
        if (!trial.path("first_failure").isNull()) {
          root.print(
              Table.clean(
                  "! "
                      + Reading.text(trial, "extension")
                      + ": "
                      + Reading.text(trial, "first_failure")));
        }
        for (JsonNode interval : trial.path("intervals")) {
          root.print(
              Table.clean(
                  Reading.text(trial, "extension")
                      + " on "
                      + Reading.text(trial, "target")
                      + " firing "
                      + reading.time(interval, "from")
                      + " to "
                      + reading.time(interval, "to")));
        }
      }
      root.print(
          Table.clean(Reading.text(receipt, "result") + ": " + Reading.text(receipt, "reason")));
    }

    private static String verdicts(JsonNode counts) {
      Map<String, String> sorted = new TreeMap<>();
      counts.properties().forEach(count -> sorted.put(count.getKey(), count.getValue().asText()));
      StringBuilder text = new StringBuilder();
      sorted.forEach(
          (kind, count) ->
              text.append(text.isEmpty() ? "" : ", ").append(kind).append(' ').append(count));
      return text.isEmpty() ? Reading.NOTHING : text.toString();
    }

    private static String micros(JsonNode nanos) {
      return String.format(Locale.ROOT, "%.1f us", nanos.asDouble() / NANOS_PER_MICRO);
    }
  }

  /** Reaches stored verdicts again. */
  @Command(
      name = "replay",
      description = {
        "Reach the stored verdicts at or before a time again, from the code, the state and the"
            + " samples of that time, and compare.",
        "Ends with 1 when one differs or cannot be reached."
      })
  static final class Replay implements Callable<Integer> {
    @Option(
        names = "--at",
        required = true,
        paramLabel = "TIME",
        description = "RFC 3339, or back from now such as -2h.")
    private String at = "";

    @Option(
        names = "--target",
        required = true,
        paramLabel = "INSTANCE",
        description = "The target.")
    private String target = "";

    @Option(names = "--guardrail", paramLabel = "ID", description = "Only of this guardrail.")
    private @Nullable String guardrail;

    private final MonitorCommand root;

    Replay(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public Integer call() {
      ObjectNode body = MAPPER.createObjectNode();
      body.put("at", at);
      body.put("target", target);
      if (guardrail != null) {
        body.put("guardrail", guardrail);
      }
      DaemonClient daemon = root.daemon();
      JsonNode result =
          ExchangeVerbs.await(daemon, daemon.post("/api/v1/replay", body.toString()).json());
      if (root.json()) {
        root.print(result.toString());
      } else {
        show(result);
      }
      return (result.path("identical").asBoolean() ? ExitCode.OK : ExitCode.UNHEALTHY).number();
    }

    private void show(JsonNode result) {
      Reading reading = new Reading(root.surroundings().zone());
      for (JsonNode item : result.path("items")) {
        root.print(
            Table.clean(
                Reading.text(item, "guardrail")
                    + " on "
                    + Reading.text(item, "target")
                    + " at "
                    + reading.time(item, "at")
                    + ": "
                    + (item.path("identical").asBoolean() ? "identical" : "DIFFERENT")));
        root.print("  " + Table.clean("stored    " + verdict(item.path("stored"))));
        root.print(
            "  "
                + Table.clean(
                    item.path("error").isNull()
                        ? "replayed  " + verdict(item.path("replayed"))
                        : "! " + Reading.text(item, "error")));
      }
    }

    private static String verdict(JsonNode verdict) {
      String severity = Reading.text(verdict, "severity");
      return Reading.text(verdict, "kind")
          + (severity.equals(Reading.NOTHING) ? "" : " " + severity)
          + " "
          + Reading.text(verdict, "reason");
    }
  }

  static String percent(JsonNode share) {
    return share.isNumber()
        ? String.format(Locale.ROOT, "%.1f %%", share.asDouble() * 100)
        : Reading.NOTHING;
  }

  static String encode(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
