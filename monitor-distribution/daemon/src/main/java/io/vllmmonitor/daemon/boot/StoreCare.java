package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.google.inject.Inject;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.daemon.web.StoreCommands;
import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.retention.Retention;
import io.vllmmonitor.persistence.retention.RetentionPlan;
import io.vllmmonitor.persistence.verify.Usage;
import io.vllmmonitor.persistence.verify.VerifyReport;
import io.vllmmonitor.persistence.verify.VerifyWatch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the store needs while the daemon runs: samples moved into their compact form, what is old
 * forgotten, backups made. Runs on the background thread; commands come from HTTP threads.
 */
final class StoreCare implements StoreCommands {
  private static final Duration FORGET_EVERY = Duration.ofHours(1);
  private static final Duration LOOK_FOR_BACKUP_EVERY = Duration.ofMinutes(5);

  private final StoreEngine stores;
  private final PersistenceConfig config;
  private final Problems problems;
  private final Retention retention;
  private final Backups backups;
  private final InstantSource clock;

  @Inject
  StoreCare(StoreEngine stores, PersistenceConfig config, Problems problems, InstantSource clock) {
    this.stores = requireNonNull(stores, "stores");
    this.config = requireNonNull(config, "config");
    this.problems = requireNonNull(problems, "problems");
    this.clock = requireNonNull(clock, "clock");
    this.retention = stores.retention(clock);
    this.backups = stores.backups(clock, System::nanoTime);
  }

  /** Begins; damage that is met from now on is a problem. */
  void start(Background background) {
    stores.onDamage(
        problem ->
            problems.note(problem.code(), problem.blame(), problem.subject(), problem.message()));
    background.repeat(
        "maintenance of the store",
        Duration.ofSeconds(config.flushIntervalSeconds()),
        stores::maintain);
    background.repeat("retention", FORGET_EVERY, this::forget);
    if (!config.backupInterval().isZero()) {
      background.repeat("backup", LOOK_FOR_BACKUP_EVERY, this::backUpWhenDue);
    }
  }

  private void forget() {
    var unused = retention.apply();
  }

  private void backUpWhenDue() {
    List<Path> made = backups.list();
    Instant due =
        made.isEmpty() ? Instant.MIN : Backups.timeOf(made.get(0)).plus(config.backupInterval());
    if (!clock.instant().isBefore(due)) {
      var unused = backups.make();
    }
  }

  @Override
  public Backups.Backup backUp() {
    return backups.make();
  }

  @Override
  public RetentionPlan forget(boolean dryRun) {
    return dryRun ? retention.plan() : retention.apply();
  }

  @Override
  public VerifyReport verify(@Nullable Path backup, VerifyWatch watch) {
    return Verifying.run(config, backup, Usage.open(stores::whileFilesStay), clock, watch);
  }
}
