package io.vllmmonitor.core.jar;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;

/**
 * How the failures of one jar are told: always by the name under which it came. What strangers
 * wrote into a jar may be long and hold anything, so it is cut and cleaned. Immutable.
 */
record JarProblem(String file) {
  private static final int LONGEST = 3_000;

  /**
   * A failure of the jar.
   *
   * @param what goes on after the name of the file, such as {@code has no manifest}
   */
  MonitorException of(ErrorCode code, String what) {
    String text = ("Plugin jar " + file + " " + what).replaceAll("\\p{Cntrl}", "?");
    return new MonitorException(
        code,
        Blame.PLUGIN,
        text.length() > LONGEST ? text.substring(0, LONGEST) + " … (cut)" : text);
  }
}
