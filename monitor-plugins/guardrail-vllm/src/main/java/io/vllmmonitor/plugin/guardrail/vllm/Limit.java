package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;

/**
 * A limit with hysteresis: above {@code fire} it is broken, and once it fires it stays broken until
 * the value is at or below {@code clear}. Immutable.
 */
record Limit(double fire, double clear) {
  /**
   * What a limit is called in the configuration, with its defaults.
   *
   * @param name the keys are this name with {@code _limit} and {@code _clear}
   * @param meaning a noun with its unit, for the description
   */
  record Keys(String name, double fire, double clear, String meaning) {
    ConfigSpec.Key fireKey() {
      return new ConfigSpec.Key(
          name + "_limit", Double.toString(fire), "Fires above this " + meaning + ".");
    }

    ConfigSpec.Key clearKey() {
      return new ConfigSpec.Key(
          name + "_clear", Double.toString(clear), "Clears at or below this " + meaning + ".");
    }

    /**
     * @throws MonitorException CONFIG_INVALID_VALUE when the limit to clear is above the other
     */
    Limit read(Settings config) {
      double limit = config.number(name + "_limit", fire);
      double clearing = config.number(name + "_clear", Math.min(clear, limit));
      if (clearing > limit) {
        throw new MonitorException(
            ErrorCode.CONFIG_INVALID_VALUE,
            Blame.OPERATOR,
            "Configuration key '"
                + name
                + "_clear' is "
                + clearing
                + "; expected at most '"
                + name
                + "_limit', which is "
                + limit);
      }
      return new Limit(limit, clearing);
    }
  }

  /** False for NaN, which the view has marked. */
  boolean broken(double value, boolean firing) {
    return value > (firing ? clear : fire);
  }
}
