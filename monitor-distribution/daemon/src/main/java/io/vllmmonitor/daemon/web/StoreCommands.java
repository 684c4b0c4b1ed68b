package io.vllmmonitor.daemon.web;

import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.retention.RetentionPlan;

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
}
