package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.config.Durations;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.engine.TargetStatus;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.rehearsal.TrackRecord;
import io.vllmmonitor.core.rehearsal.TrackRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is true now: targets, guardrails, learners, problems, and all of it on one page. */
final class StatusApi {
  private static final Pattern CODED =
      Pattern.compile("(VMON-\\d{4})\\s*(?:[A-Z_]+:\\s*|:\\s*)?(.*)", Pattern.DOTALL);

  private final WebServices services;
  private final PredictorApi predictors;

  StatusApi(WebServices services, PredictorApi predictors) {
    this.services = services;
    this.predictors = predictors;
  }

  Object page(Parameters parameters) {
    DaemonInfo info = services.info();
    HistoryQuery newest = HistoryQuery.newest();
    Optional<String> notReady = services.notReady().get();
    Duration uptime = Duration.between(info.startedAt(), parameters.now());
    ObjectNode page = WebJson.object();
    page.put("version", info.version());
    page.put("data", info.dataDirectory().toString());
    page.put("pid", info.pid());
    page.put("started_at", Text.time(info.startedAt()));
    page.put("uptime", Durations.print(Duration.ofSeconds(uptime.toSeconds())));
    page.put("ready", notReady.isEmpty());
    page.put("not_ready_reason", notReady.orElse(null));
    page.set("targets", items(services.engine().targets().stream().map(this::target).toList()));
    page.set(
        "firing", items(services.history().firings(newest, null, FiringStatus.FIRING).items()));
    page.set("unknown", items(unknown()));
    page.set("expected", items(predictors.expected()));
    page.set(
        "open_incidents", items(services.history().incidents(newest, IncidentStatus.OPEN).items()));
    page.set(
        "last_attempt",
        services.history().attempts(newest.withLimit(1), null, null, null).items().stream()
            .findFirst()
            .map(WebJson::node)
            .orElse(WebJson.object().nullNode()));
    page.set("problems", items(problems()));
    return page;
  }

  /** Guardrails that cannot tell: protection that is missing just now. */
  private List<ObjectNode> unknown() {
    return services.engine().guardrails().stream()
        .filter(status -> status.standing() == GuardrailStatus.Standing.UNKNOWN)
        .map(
            status -> {
              ObjectNode item = WebJson.object();
              item.put("guardrail", status.guardrail());
              item.put("target", status.target().instance());
              item.put("reason", status.reason());
              return item;
            })
        .toList();
  }

  Object targets(Parameters parameters) {
    String only = parameters.text("target");
    return Listing.of(
        services.engine().targets().stream()
            .filter(status -> only == null || status.target().id().instance().equals(only))
            .map(this::target)
            .toList());
  }

  Object guardrails(Parameters parameters) {
    String only = parameters.text("target");
    Map<String, CodeKind> kinds = new LinkedHashMap<>();
    for (PluginSummary plugin : services.plugins().plugins()) {
      kinds.put(plugin.generation().unit(), plugin.generation().kind());
    }
    Map<Rule, ObjectNode> rules = new LinkedHashMap<>();
    Map<TrackRecords.Rule, TrackRecord> records = services.trials().records().all();
    for (GuardrailStatus status : services.engine().guardrails()) {
      if (only == null || status.target().instance().equals(only)) {
        Rule rule = new Rule(status.guardrail(), status.unit(), status.codeHash());
        ObjectNode item =
            rules.computeIfAbsent(
                rule,
                key -> {
                  ObjectNode made = guardrail(status, kinds.get(status.unit()));
                  TrackRecord record =
                      records.get(new TrackRecords.Rule(status.guardrail(), status.codeHash()));
                  made.set(
                      "track_record",
                      record == null ? NullNode.getInstance() : WebJson.node(record));
                  return made;
                });
        item.put("shadow", item.get("shadow").booleanValue() && status.shadow());
        item.withArray("targets").add(standing(status).put("stage", stage(status)));
      }
    }
    return Listing.of(List.copyOf(rules.values()));
  }

  /** What its firings may lead to on that target; null for a unit that just went. */
  private @Nullable String stage(GuardrailStatus status) {
    TargetMode mode =
        services.engine().targets().stream()
            .map(TargetStatus::target)
            .filter(target -> target.id().equals(status.target()))
            .map(Target::mode)
            .findFirst()
            .orElse(TargetMode.ADVISE);
    try {
      return services.trials().promotion().stage(status.unit(), mode).name();
    } catch (MonitorException e) {
      return null; // removed between the two questions
    }
  }

  Object learners() {
    return Listing.of(services.engine().learners());
  }

  Object problemList(Parameters parameters) {
    List<ObjectNode> all = problems();
    int limit = parameters.limit(HistoryQuery.MOST, HistoryQuery.MOST);
    return Listing.of(all.subList(0, Math.min(limit, all.size())));
  }

  Object restoreReport() {
    RestoreReport report =
        services
            .history()
            .latestRestoreReport()
            .orElseThrow(
                () ->
                    new MonitorException(
                        ErrorCode.HTTP_NOT_FOUND,
                        Blame.OPERATOR,
                        "There is no restore report yet; it is made when the restore is done, see"
                            + " /readyz"));
    return WebJson.tree(report);
  }

  private List<ObjectNode> problems() {
    return services.engine().problems().stream().map(StatusApi::problem).toList();
  }

  private static ObjectNode problem(Problem problem) {
    ObjectNode item = WebJson.object();
    item.put("code", problem.code().label());
    item.put("name", problem.code().name());
    item.put("blame", problem.blame().name());
    item.put("subject", problem.subject());
    item.put("message", problem.message());
    item.put("count", problem.count());
    item.put("first_at", Text.time(problem.firstAt()));
    item.put("last_at", Text.time(problem.lastAt()));
    return item;
  }

  private ObjectNode target(TargetStatus status) {
    ObjectNode item = WebJson.object();
    item.put("instance", status.target().id().instance());
    item.put("url", status.target().url().toString());
    item.put("mode", status.target().mode().name());
    item.set("scrape_interval", WebJson.node(status.target().scrapeInterval()));
    item.put("up", status.up());
    item.put("state", status.state().name());
    item.put("state_since", timeOrNull(status.stateSince()));
    item.put("incarnation", status.incarnation());
    item.put("version", status.version());
    item.put("last_scrape_at", timeOrNull(status.lastScrapeAt()));
    item.set("scrape_duration_seconds", WebJson.node(status.scrapeDurationSeconds()));
    item.put("samples", status.samples());
    if (status.error() == null) {
      item.putNull("error");
    } else {
      item.set("error", error(status.error()));
    }
    return item;
  }

  private static ObjectNode error(String text) {
    Matcher coded = CODED.matcher(text);
    ObjectNode error = WebJson.object();
    error.put("code", coded.matches() ? coded.group(1) : null);
    error.put("message", coded.matches() ? coded.group(2) : text);
    return error;
  }

  private record Rule(String guardrail, String unit, String codeHash) {}

  private static ObjectNode guardrail(GuardrailStatus status, @Nullable CodeKind kind) {
    ObjectNode item = WebJson.object();
    item.put("id", status.guardrail());
    item.put("unit", status.unit());
    item.put("kind", kind == null ? null : kind.name());
    item.put("code_hash", status.codeHash());
    item.put("shadow", true);
    item.put("description", status.spec().description());
    item.put("severity", status.spec().severity().name());
    item.put("failure_kind", status.spec().kind().name());
    item.set("breach_for", WebJson.node(status.spec().breachFor()));
    item.set("keep_firing_for", WebJson.node(status.spec().keepFiringFor()));
    item.putArray("targets");
    return item;
  }

  private static ObjectNode standing(GuardrailStatus status) {
    ObjectNode item = WebJson.object();
    item.put("target", status.target().instance());
    item.put("shadow", status.shadow());
    item.put("verdict", status.standing().name().toLowerCase(Locale.ROOT));
    item.put("reason", status.reason());
    item.put("evaluations", status.evaluations());
    item.put("last_evaluated_at", timeOrNull(status.lastEvaluatedAt()));
    return item;
  }

  private static @Nullable String timeOrNull(@Nullable Instant instant) {
    return instant == null ? null : Text.time(instant);
  }

  private static ArrayNode items(List<?> entries) {
    return (ArrayNode) Listing.of(entries).get("items");
  }
}
