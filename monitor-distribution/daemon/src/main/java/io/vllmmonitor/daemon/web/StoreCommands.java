package io.vllmmonitor.daemon.web;

import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.retention.RetentionPlan;
import io.vllmmonitor.persistence.verify.VerifyReport;
import io.vllmmonitor.persistence.verify.VerifyWatch;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What can be asked of the store as a whole. Called from the threads of jobs. */
public interface StoreCommands {
  /** Makes a backup. */
  Backups.Backup backUp();

  /**
   * Forgets what is old.
   *
   * @param dryRun only says what that would be
   */
  RetentionPlan forget(boolean dryRun);

  /**
   * Reads all of the store, or of a backup, and changes nothing.
   *
   * @param backup the folder of a backup; null means the data directory
   */
  VerifyReport verify(@Nullable Path backup, VerifyWatch watch);
}
