package io.vllmmonitor.api.extension;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The saved state of one extension instance, or of a part of the core that keeps its state the same
 * way. Immutable.
 *
 * @param extension id of the extension
 * @param target null for an extension that exists once per daemon
 * @param unit id of the plugin or dropped source it came from; {@code core} for the core's own
 * @param codeHash SHA-256 (hex) of the code that wrote it; empty for the core's own
 * @param fields the named, typed fields as JSON; numbers are kept bit for bit
 */
public record StateSnapshot(
    String extension,
    @Nullable TargetId target,
    String unit,
    String codeHash,
    int stateVersion,
    Instant savedAt,
    String fields) {
  public StateSnapshot {
    requireNonNull(extension, "extension");
    requireNonNull(unit, "unit");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(savedAt, "savedAt");
    requireNonNull(fields, "fields");
  }
}
