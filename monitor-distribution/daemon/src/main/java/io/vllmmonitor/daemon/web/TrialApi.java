package io.vllmmonitor.daemon.web;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NOT_FOUND;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.config.Durations;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.rehearsal.VerdictKind;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.config.NearestName;
import io.vllmmonitor.core.engine.TargetStatus;
import io.vllmmonitor.core.plugin.OpenUnit;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.plugin.Stage;
import io.vllmmonitor.core.rehearsal.ReplayedVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rehearsals, replays and promotions. What takes long goes on as a job. */
final class TrialApi {
  private static final Set<String> SPAN_KEYS = Set.of("from", "to", "last", "target");
  private static final Set<String> REPLAY_KEYS = Set.of("at", "target", "guardrail");
  private static final Set<String> PROMOTE_KEYS = Set.of("to");
  private static final Duration LONGEST = Duration.ofDays(31);

  private final WebServices services;
  private final Trials trials;

  TrialApi(WebServices services) {
    this.services = requireNonNull(services, "services");
    this.trials = services.trials();
  }

  /** The stored receipts of a unit. */
  Object rehearsals(String unit, Parameters parameters) {
    return Listing.of(services.history().rehearsals(parameters.page(), unit));
  }

  /** Stored verdicts. */
  Object verdicts(Parameters parameters) {
    return Listing.of(services.history().verdicts(parameters.page(), parameters.text("guardrail")));
  }

  /** Starts to rehearse an installed unit. */
  Object rehearse(String unit, byte[] body, String actor) {
    CodeGeneration generation = find(unit).generation();
    Span span = span(RequestFields.of(body, SPAN_KEYS, services.clock().instant()));
    return services
        .exchange()
        .run(
            "rehearse",
            new Deed(actor, AuditAction.PLUGIN_REHEARSE, unit),
            () -> {
              try (OpenUnit open = trials.units().stored(generation, span.targets())) {
                return rehearsed(open, span, true);
              }
            });
  }

  /** Starts to rehearse a file that is not installed; it is thrown away afterwards. */
  Object rehearseFile(byte[] code, Parameters parameters, String actor) {
    String file = parameters.required("file", "MyGuardrail.java");
    if (file.contains("/") || !(file.endsWith(".java") || file.endsWith(".jar"))) {
      throw Parameters.wrong("file", file, "the name of a .java or .jar file without folder");
    }
    Span span = span(parameters);
    return services
        .exchange()
        .run(
            "rehearse",
            new Deed(actor, AuditAction.PLUGIN_REHEARSE, file),
            () -> {
              try (OpenUnit open = trials.units().dropped(file, code, span.targets())) {
                return rehearsed(open, span, false);
              }
            });
  }

  private JsonNode rehearsed(OpenUnit open, Span span, boolean installed) {
    return WebJson.tree(
        trials.desk().onDemand(open, span.targets(), span.from(), span.to(), installed));
  }

  /** Starts to reach stored verdicts again. */
  Object replay(byte[] body, String actor) {
    Parameters fields = RequestFields.of(body, REPLAY_KEYS, services.clock().instant());
    TargetId target = new TargetId(fields.required("target", "host:8000"));
    Instant at = fields.instant("at");
    if (at == null) {
      throw Parameters.wrong("at", "nothing", "RFC 3339, or a duration back such as 2h");
    }
    String guardrail = fields.text("guardrail");
    List<VerdictRecord> found = trials.replayer().find(target, at, guardrail);
    return services
        .exchange()
        .run(
            "replay",
            new Deed(actor, AuditAction.VERDICT_REPLAY, target.instance()),
            () -> replayed(found));
  }

  private JsonNode replayed(List<VerdictRecord> found) {
    ObjectNode page = WebJson.object();
    boolean all = true;
    ArrayNode items = page.putArray("items");
    for (VerdictRecord stored : found) {
      ObjectNode item = items.addObject();
      item.put("guardrail", stored.guardrail());
      item.put("target", stored.target().instance());
      item.put("at", Text.time(stored.at()));
      item.put("code_hash", stored.codeHash());
      item.set("stored", verdict(stored.kind(), stored.severity(), stored.reason()));
      try {
        ReplayedVerdict again = trials.replayer().replay(stored);
        item.set("replayed", verdict(again.kind(), again.severity(), again.reason()));
        item.put("identical", again.identical());
        item.putNull("error");
      } catch (MonitorException e) {
        item.putNull("replayed");
        item.put("identical", false);
        item.put("error", e.describe());
      }
      all &= item.path("identical").booleanValue();
    }
    page.put("identical", all);
    return page;
  }

  private static ObjectNode verdict(VerdictKind kind, @Nullable Severity severity, String reason) {
    ObjectNode verdict = WebJson.object();
    verdict.put("kind", kind.name());
    verdict.put("severity", severity == null ? null : severity.name());
    verdict.put("reason", reason);
    return verdict;
  }

  /** Puts a unit onto a stage. */
  Object promote(String unit, byte[] body, String actor) {
    Parameters fields = RequestFields.of(body, PROMOTE_KEYS, services.clock().instant());
    Stage wanted = fields.constant("to", Stage.class);
    Stage stage = wanted == null ? Stage.ACT : wanted;
    PluginSummary plugin =
        services
            .audit()
            .around(
                new Deed(actor, AuditAction.GUARDRAIL_PROMOTE, unit),
                () ->
                    trials
                        .promotion()
                        .promote(unit, stage, "put onto " + stage + " by the operator"),
                done -> Map.of("stage", stage.name()));
    return PluginApi.item(plugin).put("stage", stage.name());
  }

  private PluginSummary find(String unit) {
    List<PluginSummary> all = services.plugins().plugins();
    return all.stream()
        .filter(plugin -> plugin.generation().unit().equals(unit))
        .findFirst()
        .orElseThrow(
            () ->
                new MonitorException(
                    PLUGIN_NOT_FOUND,
                    Blame.OPERATOR,
                    "There is no plugin or source '"
                        + Text.shorten(unit, 100)
                        + "'"
                        + NearestName.of(
                                unit, all.stream().map(p -> p.generation().unit()).toList())
                            .map(name -> "; did you mean '" + name + "'?")
                            .orElse("; 'vllm-monitor plugin list' shows what there is")));
  }

  private record Span(Instant from, Instant to, List<Target> targets) {}

  private Span span(Parameters fields) {
    Instant to = fields.instant("to", fields.now());
    String last = fields.text("last");
    if (last != null && fields.text("from") != null) {
      throw Parameters.wrong("last", last, "either 'last' or 'from', not both");
    }
    Duration window = last == null ? trials.desk().policy().window() : length(last);
    Instant from = fields.instant("from", to.minus(window));
    if (!from.isBefore(to) || Duration.between(from, to).compareTo(LONGEST) > 0) {
      throw Parameters.wrong("from", from.toString(), "a time before 'to', at most 31 days");
    }
    String target = fields.text("target");
    List<Target> targets =
        services.engine().targets().stream()
            .map(TargetStatus::target)
            .filter(one -> target == null || one.id().instance().equals(target))
            .toList();
    if (targets.isEmpty()) {
      throw new MonitorException(
          ErrorCode.TARGET_NOT_FOUND,
          Blame.OPERATOR,
          target == null
              ? "No target is watched, so there is nothing to rehearse on"
              : "No target '" + Text.shorten(target, 100) + "' is watched; 'status' lists them");
    }
    return new Span(from, to, targets);
  }

  private static Duration length(String text) {
    try {
      Duration length = Durations.parse(text);
      if (!length.isZero() && !length.isNegative()) {
        return length;
      }
    } catch (MonitorException | ArithmeticException e) {
      throw Parameters.wrong("last", text, "a duration such as 24h");
    }
    throw Parameters.wrong("last", text, "a duration such as 24h");
  }
}
