package io.vllmmonitor.testkit.store;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;

/** The failures that the stores in memory share. */
final class Failures {
  private Failures() {}

  static MonitorException closed(String store) {
    return new MonitorException(
        ErrorCode.STORE_CLOSED,
        Blame.MONITOR,
        "The " + store + " is closed; it was used after close(). Open it again first");
  }
}
