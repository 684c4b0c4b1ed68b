package io.vllmmonitor.core.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads every value of every section once, so that a wrong one stops the start instead of a later
 * moment.
 */
final class SectionChecks {
  private static final Duration LONGEST_PROBATION = Duration.ofDays(1);
  private static final long MOST_CALLS = 1_000_000;

  private SectionChecks() {}

  static void check(Map<String, Settings> sections) {
    in("guardrails", sections, settings -> settings.flag("auto_promote", false));
    in("folder", sections, settings -> settings.flag("authoritative", true));
    in("lifecycle", sections, SectionChecks::lifecycle);
    in("mitigations", sections, SectionChecks::mitigations);
    in("storage", sections, StorageKeys::check);
    in("trust", sections, SectionChecks::trust);
    in("probation", sections, SectionChecks::probation);
  }

  private static void lifecycle(Settings settings) {
    require(
        settings.duration("hang_after", Duration.ZERO).compareTo(Duration.ofSeconds(1)) >= 0,
        settings,
        "hang_after",
        "at least 1s, more than one prefill chunk of your longest prompt");
  }

  private static void probation(Settings settings) {
    Duration duration = settings.duration("duration", Duration.ZERO);
    require(
        !duration.isNegative() && duration.compareTo(LONGEST_PROBATION) <= 0,
        settings,
        "duration",
        "0s to 1d");
    long calls = settings.integer("calls", 0);
    require(calls >= 0 && calls <= MOST_CALLS, settings, "calls", "0 to " + MOST_CALLS);
  }

  private static void mitigations(Settings settings) {
    settings.flag("enable_aggressive_actions", false);
    double confidence = settings.number("min_confidence", 0);
    require(confidence >= 0 && confidence <= 1, settings, "min_confidence", "0 to 1");
    for (String key :
        new String[] {
          "cooldown_seconds",
          "max_interventions_per_hour",
          "max_interventions_per_day",
          "escalation_threshold",
          "advice_repeat_seconds"
        }) {
      require(settings.integer(key, 0) >= 0, settings, key, "0 or more");
    }
  }

  private static void trust(Settings settings) {
    settings.flag("require_signature", false);
    settings.flag("allow_unsigned", true);
    require(
        settings.string("pinned", "").matches("\\s*(?:\\p{XDigit}{64}\\s*(?:,\\s*|$))*"),
        settings,
        "pinned",
        "SHA-256 hashes of 64 hex digits with commas between them, as sha256sum prints them");
  }

  /** Checks one section; what is wrong in it is told with its name. */
  private static void in(String name, Map<String, Settings> sections, Consumer<Settings> check) {
    try {
      check.accept(sections.getOrDefault(name, Settings.empty()));
    } catch (MonitorException e) {
      throw new MonitorException(
          e.code(), e.blame(), "Section '" + name + "': " + e.getMessage(), e);
    }
  }

  private static void require(boolean holds, Settings settings, String key, String expected) {
    if (!holds) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Configuration key '"
              + key
              + "' is '"
              + settings.string(key, "")
              + "'; expected "
              + expected);
    }
  }
}
