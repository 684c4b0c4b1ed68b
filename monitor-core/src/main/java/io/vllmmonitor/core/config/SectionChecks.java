package io.vllmmonitor.core.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.Map;

/**
 * Reads every value of every section once, so that a wrong one stops the start instead of a later
 * moment.
 */
final class SectionChecks {
  private SectionChecks() {}

  static void check(Map<String, Settings> sections) {
    section(sections, "guardrails").flag("auto_promote", false);
    section(sections, "folder").flag("authoritative", true);
    Duration hangAfter = section(sections, "lifecycle").duration("hang_after", Duration.ZERO);
    require(
        hangAfter.compareTo(Duration.ofSeconds(1)) >= 0,
        "lifecycle.hang_after",
        "at least 1s, more than one prefill chunk of your longest prompt");
    mitigations(section(sections, "mitigations"));
    storage(section(sections, "storage"));
  }

  private static void mitigations(Settings settings) {
    settings.flag("enable_aggressive_actions", false);
    double confidence = settings.number("min_confidence", 0);
    require(confidence >= 0 && confidence <= 1, "mitigations.min_confidence", "0 to 1");
    for (String key :
        new String[] {
          "cooldown_seconds",
          "max_interventions_per_hour",
          "max_interventions_per_day",
          "escalation_threshold",
          "advice_repeat_seconds"
        }) {
      require(settings.integer(key, 0) >= 0, "mitigations." + key, "0 or more");
    }
  }

  private static void storage(Settings settings) {
    String backend = settings.string("backend", "");
    require(backend.equalsIgnoreCase("sqlite"), "storage.backend", "sqlite, the only one so far");
    long interval = settings.integer("commit_interval_ms", 0);
    require(interval >= 1 && interval <= 1_000, "storage.commit_interval_ms", "1 to 1000");
  }

  private static Settings section(Map<String, Settings> sections, String name) {
    return sections.getOrDefault(name, Settings.empty());
  }

  private static void require(boolean holds, String key, String expected) {
    if (!holds) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Configuration key '" + key + "' is out of range; expected " + expected);
    }
  }
}
