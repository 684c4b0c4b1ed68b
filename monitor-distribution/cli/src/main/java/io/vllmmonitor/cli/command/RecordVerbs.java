package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The kinds of the history that say what was expected, learned, kept and commanded. */
final class RecordVerbs {
  private RecordVerbs() {}

  /** What was expected to fail. */
  @Command(name = "predictions", description = "Predicted failures, and whether they came true.")
  static final class Predictions extends HistoryVerbs.Entries {
    @Option(
        names = {"--failure-type", "--kind"},
        paramLabel = "KIND",
        description = "Only of this kind, such as CACHE_OVERFLOW.")
    private @Nullable String failureType;

    @Option(
        names = "--min-probability",
        paramLabel = "P",
        description = "Only those at least so probable, 0 to 1.")
    private @Nullable String minProbability;

    Predictions(MonitorCommand root) {
      super(root, "/api/v1/predictions");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "failure_type", failureType);
      Span.put(parameters, "min_probability", minProbability);
    }

    @Override
    Table table() {
      return new Table(
          "ID", "AT", "TARGET", "FAILURE", "PROBABILITY", "CONFIDENCE", "IN", "BY", "CAME TRUE");
    }

    @Override
    void row(Table table, JsonNode item) {
      table.row(
          Reading.text(item, "id"),
          reading.time(item, "at"),
          Reading.text(item, "target"),
          Reading.text(item, "failure_type"),
          Reading.text(item, "probability"),
          Reading.text(item, "confidence"),
          Reading.text(item, "time_to_failure"),
          Reading.text(item, "predictor"),
          Reading.text(item.path("actual_outcome"), "result"));
    }
  }

  /** Ways out of trouble that have worked. */
  @Command(name = "happy-paths", description = "Ways out of trouble that have worked.")
  static final class HappyPaths extends HistoryVerbs.Entries {
    @Option(names = "--name", paramLabel = "NAME", description = "Only the one of this name.")
    private @Nullable String name;

    @Option(names = "--start-state", paramLabel = "STATE", description = "Only from this state.")
    private @Nullable String startState;

    @Option(names = "--end-state", paramLabel = "STATE", description = "Only into this state.")
    private @Nullable String endState;

    HappyPaths(MonitorCommand root) {
      super(root, "/api/v1/happy-paths");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "name", name);
      Span.put(parameters, "start_state", startState);
      Span.put(parameters, "end_state", endState);
    }

    @Override
    Table table() {
      return new Table(
          "NAME", "FROM", "TO", "STRATEGIES", "TAKES", "WORKED", "FAILED", "LAST", "DESCRIPTION");
    }

    @Override
    void row(Table table, JsonNode item) {
      table.row(
          Reading.text(item, "name"),
          Reading.text(item, "start_state"),
          Reading.text(item, "end_state"),
          Reading.list(item, "strategies"),
          Reading.text(item, "duration"),
          Reading.text(item, "success_count"),
          Reading.text(item, "failure_count"),
          reading.time(item, "last_success"),
          Reading.text(item, "description"));
    }
  }

  /** What learners heard of. */
  @Command(name = "learning", description = "Measured outcomes that the learners heard of.")
  static final class Learning extends HistoryVerbs.Entries {
    @Option(
        names = "--situation",
        paramLabel = "SITUATION",
        description = "Only those filed under this situation.")
    private @Nullable String situation;

    @Option(names = "--strategy", paramLabel = "ID", description = "Only of this strategy.")
    private @Nullable String strategy;

    @Option(names = "--outcome", paramLabel = "OUTCOME", description = "Such as SUCCESS.")
    private @Nullable String outcome;

    Learning(MonitorCommand root) {
      super(root, "/api/v1/learning");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "situation", situation);
      Span.put(parameters, "strategy", strategy);
      Span.put(parameters, "outcome", outcome);
    }

    @Override
    Table table() {
      return new Table("AT", "TARGET", "SITUATION", "STRATEGY", "OUTCOME", "ATTEMPT");
    }

    @Override
    void row(Table table, JsonNode item) {
      table.row(
          reading.time(item, "at"),
          Reading.text(item, "target"),
          Reading.text(item, "situation"),
          Reading.text(item, "strategy"),
          Reading.text(item, "outcome"),
          Reading.text(item, "attempt_id"));
    }
  }

  /** Who did what. */
  @Command(name = "audit", description = "Who did what to the monitor, and how it ended.")
  static final class Audit extends HistoryVerbs.Entries {
    @Option(names = "--action", paramLabel = "ACTION", description = "Such as PLUGIN_DISABLE.")
    private @Nullable String action;

    @Option(names = "--actor", paramLabel = "WHO", description = "Such as cli:alice or rest.")
    private @Nullable String actor;

    @Option(names = "--subject", paramLabel = "WHAT", description = "What it was done to.")
    private @Nullable String subject;

    @Option(
        names = "--result",
        paramLabel = "RESULT",
        description = "DONE, DRY_RUN, REFUSED or FAILED.")
    private @Nullable String result;

    Audit(MonitorCommand root) {
      super(root, "/api/v1/audit");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "action", action);
      Span.put(parameters, "actor", actor);
      Span.put(parameters, "subject", subject);
      Span.put(parameters, "result", result);
    }

    @Override
    Table table() {
      return new Table("AT", "WHO", "ACTION", "SUBJECT", "RESULT", "DETAIL");
    }

    @Override
    void row(Table table, JsonNode item) {
      table.row(
          reading.time(item, "at"),
          Reading.text(item, "actor"),
          Reading.text(item, "action"),
          Reading.text(item, "subject"),
          Reading.text(item, "result"),
          Reading.text(item, "detail"));
    }
  }

  /** What guardrails answered. */
  @Command(name = "verdicts", description = "Stored verdicts of guardrails; 'replay' checks them.")
  static final class Verdicts extends HistoryVerbs.Entries {
    @Option(names = "--guardrail", paramLabel = "ID", description = "Only of this guardrail.")
    private @Nullable String guardrail;

    Verdicts(MonitorCommand root) {
      super(root, "/api/v1/verdicts");
    }

    @Override
    void filter(Map<String, String> parameters) {
      Span.put(parameters, "guardrail", guardrail);
    }

    @Override
    Table table() {
      return new Table("AT", "GUARDRAIL", "TARGET", "VERDICT", "FIRING", "CODE", "REASON");
    }

    @Override
    void row(Table table, JsonNode item) {
      String hash = Reading.text(item, "code_hash");
      table.row(
          reading.time(item, "at"),
          Reading.text(item, "guardrail"),
          Reading.text(item, "target"),
          Reading.text(item, "kind"),
          item.path("firing").asBoolean() ? "yes" : "no",
          hash.substring(0, Math.min(12, hash.length())),
          Reading.text(item, "reason"));
    }
  }
}
