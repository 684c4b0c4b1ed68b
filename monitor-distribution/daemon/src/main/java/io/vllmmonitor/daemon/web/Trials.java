package io.vllmmonitor.daemon.web;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.core.plugin.GuardrailPromotion;
import io.vllmmonitor.core.plugin.TrialUnits;
import io.vllmmonitor.core.rehearsal.RehearsalDesk;
import io.vllmmonitor.core.rehearsal.Replayer;
import io.vllmmonitor.core.rehearsal.TrackRecords;

/**
 * What judges code by stored time, and what follows from it. All of it is thread-safe. Immutable.
 */
public record Trials(
    RehearsalDesk desk,
    TrialUnits units,
    Replayer replayer,
    TrackRecords records,
    GuardrailPromotion promotion) {
  /** How long a file may be that is sent to be rehearsed. */
  public static final int LARGEST_FILE = 16 << 20;

  public Trials {
    requireNonNull(desk, "desk");
    requireNonNull(units, "units");
    requireNonNull(replayer, "replayer");
    requireNonNull(records, "records");
    requireNonNull(promotion, "promotion");
  }
}
