package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.TARGET_ADDRESS_DENIED;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.InstantSource;
import java.util.SplittableRandom;

/**
 * What code on trial gets instead of the live services: a virtual clock, a history that ends at its
 * present, seeded randomness, and no way out: HTTP is refused and nothing is stored. Stateless.
 */
final class TrialServices {
  private TrialServices() {}

  /**
   * The services of one trial.
   *
   * @param live configuration and history are those of the daemon
   * @param seed of every random generator
   */
  static PlatformServices of(
      PlatformServices live, BlobStore blobs, InstantSource clock, long seed) {
    return new PlatformServices(
        blobs,
        entries -> {}, // a trial leaves nothing behind
        new CutHistory(live.history(), clock),
        new Problems(clock, entries -> {}),
        new MetricCatalog(),
        live.settings(),
        live.configured(),
        target ->
            call -> {
              throw new MonitorException(
                  TARGET_ADDRESS_DENIED,
                  Blame.PLUGIN,
                  "Code on trial cannot talk to " + target.id() + "; judge by the view alone");
            },
        clock,
        unit -> new SplittableRandom(seed));
  }
}
