package io.vllmmonitor.persistence.rollup;

import java.util.List;

/**
 * Takes the rows of an hour that is about to be written. The hour counts as written only after this
 * returned, so rows may come again and must replace those of the same series and hour.
 */
@FunctionalInterface
public interface HourlyRows {
  /**
   * @throws io.vllmmonitor.api.error.MonitorException when they cannot be kept; then the hour is
   *     not written either
   */
  void write(List<HourlyRow> rows);
}
