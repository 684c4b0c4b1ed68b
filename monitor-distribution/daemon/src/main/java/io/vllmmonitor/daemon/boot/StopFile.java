package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The kill switch: a file that forbids all actions while it is there. Its coming and going are
 * audited when somebody looks, which the daemon does every few seconds. Thread-safe.
 */
final class StopFile implements BooleanSupplier {
  private final Path path;
  private final AuditLog audit;
  private boolean seen; // guarded by this

  StopFile(Path path, AuditLog audit) {
    this.path = requireNonNull(path, "path");
    this.audit = requireNonNull(audit, "audit");
  }

  /** Whether it is there now. */
  @Override
  public boolean getAsBoolean() {
    boolean there = Files.exists(path);
    synchronized (this) {
      if (there != seen) {
        seen = there;
        audit.done(
            new Deed(
                Deed.MONITOR,
                there ? AuditAction.STOP_FILE_SEEN : AuditAction.STOP_FILE_GONE,
                path.toString()),
            Map.of());
      }
    }
    return there;
  }

  /** Looks only for the audit. */
  void look() {
    boolean unused = getAsBoolean();
  }
}
