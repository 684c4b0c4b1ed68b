package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

/**
 * What the operator has approved: one jar that waited for it, by its hash or by its new key.
 * Immutable.
 *
 * @param id of the plugin
 * @param file that waited
 * @param hash SHA-256 of its content
 * @param detail what was approved, for people
 */
public record Approval(String id, String file, String hash, String detail) {
  public Approval {
    requireNonNull(id, "id");
    requireNonNull(file, "file");
    requireNonNull(hash, "hash");
    requireNonNull(detail, "detail");
  }
}
