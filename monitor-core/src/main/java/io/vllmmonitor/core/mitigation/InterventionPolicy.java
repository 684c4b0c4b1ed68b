package io.vllmmonitor.core.mitigation;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;

/**
 * How much the monitor may do to one target; the section {@code mitigations} of the configuration.
 * Immutable.
 *
 * @param minConfidence ({@code min_confidence}, 0.7) the least confidence of a choice that is acted
 *     on, 0 to 1
 * @param maxInterventionsPerHour ({@code max_interventions_per_hour}, 3) dispatched attempts in any
 *     60 minutes; 0 means never
 * @param maxInterventionsPerDay ({@code max_interventions_per_day}, 6) dispatched attempts in any
 *     24 hours; 0 means never
 * @param cooldown ({@code cooldown_seconds}, 600) least time between two dispatches
 * @param escalationThreshold ({@code escalation_threshold}, 3) dispatched attempts on one incident
 *     after which it is left to people; 0 means no such limit
 * @param enableAggressiveActions ({@code enable_aggressive_actions}, false) whether plans without a
 *     rollback, which cannot be undone, may be carried out
 * @param adviceRepeat ({@code advice_repeat_seconds}, 600) how long the same advice, or a refusal
 *     by the same gate, is not stored again for one incident and strategy
 */
public record InterventionPolicy(
    double minConfidence,
    int maxInterventionsPerHour,
    int maxInterventionsPerDay,
    Duration cooldown,
    int escalationThreshold,
    boolean enableAggressiveActions,
    Duration adviceRepeat) {
  private static final InterventionPolicy DEFAULTS =
      new InterventionPolicy(0.7, 3, 6, Duration.ofMinutes(10), 3, false, Duration.ofMinutes(10));

  public InterventionPolicy {
    requireNonNull(cooldown, "cooldown");
    requireNonNull(adviceRepeat, "adviceRepeat");
    check(minConfidence >= 0 && minConfidence <= 1, "min_confidence", "0 to 1");
    check(maxInterventionsPerHour >= 0, "max_interventions_per_hour", "0 or more");
    check(maxInterventionsPerDay >= 0, "max_interventions_per_day", "0 or more");
    check(!cooldown.isNegative(), "cooldown_seconds", "0 or more");
    check(escalationThreshold >= 0, "escalation_threshold", "0 or more");
    check(!adviceRepeat.isNegative(), "advice_repeat_seconds", "0 or more");
  }

  /** What holds where nothing is configured. */
  public static InterventionPolicy defaults() {
    return DEFAULTS;
  }

  /**
   * Reads the section {@code mitigations}; keys that are not set keep their defaults.
   *
   * @throws MonitorException CONFIG_INVALID_VALUE, naming the key
   */
  public static InterventionPolicy from(Settings settings) {
    return new InterventionPolicy(
        settings.number("min_confidence", DEFAULTS.minConfidence),
        count(settings, "max_interventions_per_hour", DEFAULTS.maxInterventionsPerHour),
        count(settings, "max_interventions_per_day", DEFAULTS.maxInterventionsPerDay),
        seconds(settings, "cooldown_seconds", DEFAULTS.cooldown),
        count(settings, "escalation_threshold", DEFAULTS.escalationThreshold),
        settings.flag("enable_aggressive_actions", DEFAULTS.enableAggressiveActions),
        seconds(settings, "advice_repeat_seconds", DEFAULTS.adviceRepeat));
  }

  /** The same with another cooldown, for demonstrations and tests. */
  public InterventionPolicy withCooldown(Duration value) {
    return new InterventionPolicy(
        minConfidence,
        maxInterventionsPerHour,
        maxInterventionsPerDay,
        value,
        escalationThreshold,
        enableAggressiveActions,
        adviceRepeat);
  }

  /** The same with other caps, for demonstrations and tests. */
  public InterventionPolicy withCaps(int perHour, int perDay) {
    return new InterventionPolicy(
        minConfidence,
        perHour,
        perDay,
        cooldown,
        escalationThreshold,
        enableAggressiveActions,
        adviceRepeat);
  }

  /** The same with another quiet time, for demonstrations and tests. */
  public InterventionPolicy withAdviceRepeat(Duration value) {
    return new InterventionPolicy(
        minConfidence,
        maxInterventionsPerHour,
        maxInterventionsPerDay,
        cooldown,
        escalationThreshold,
        enableAggressiveActions,
        value);
  }

  private static int count(Settings settings, String key, int fallback) {
    long value = settings.integer(key, fallback);
    check(value <= Integer.MAX_VALUE, key, "at most " + Integer.MAX_VALUE);
    return (int) value;
  }

  private static Duration seconds(Settings settings, String key, Duration fallback) {
    return Duration.ofSeconds(settings.integer(key, fallback.toSeconds()));
  }

  private static void check(boolean holds, String key, String expected) {
    if (!holds) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Configuration key 'mitigations." + key + "' is out of range; expected " + expected);
    }
  }
}
