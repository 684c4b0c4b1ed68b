package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.TARGET_ADDRESS_DENIED;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

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
   * @param configuration of the unit on trial; null for what it has now
   */
  static PlatformServices of(
      PlatformServices live,
      BlobStore blobs,
      InstantSource clock,
      long seed,
      @Nullable Settings configuration) {
    return new PlatformServices(
        blobs,
        entries -> {}, // a trial leaves nothing behind
        new CutHistory(live.history(), clock),
        new Problems(clock, entries -> {}),
        new MetricCatalog(),
        configuration == null ? live.settings() : unit -> configuration,
        live.configured(),
        target -> refusing(target.id().instance()),
        clock,
        unit -> new SplittableRandom(seed),
        new ContextServices(
            server -> refusing(server.toString()),
            secret -> {
              throw denied("read the secret " + secret);
            },
            new OwnMetrics(),
            event -> {}, // nobody is told of what happens on trial
            () -> "trial"),
        live.jars());
  }

  private static HttpService refusing(String server) {
    return call -> {
      throw denied("talk to " + server);
    };
  }

  private static MonitorException denied(String what) {
    return new MonitorException(
        TARGET_ADDRESS_DENIED,
        Blame.PLUGIN,
        "Code on trial cannot " + what + "; judge by the view alone");
  }
}
