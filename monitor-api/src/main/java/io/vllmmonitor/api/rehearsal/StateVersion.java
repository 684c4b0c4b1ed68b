package io.vllmmonitor.api.rehearsal;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The state of an instance as it was before a stored verdict, named by its content: equal states
 * are stored once. Immutable.
 *
 * @param hash SHA-256 (hex) of the fields
 * @param at the newest verdict that names it
 * @param fields named, typed fields as JSON; numbers are kept bit for bit
 */
public record StateVersion(String hash, Instant at, String fields) {
  public StateVersion {
    requireNonNull(hash, "hash");
    requireNonNull(at, "at");
    requireNonNull(fields, "fields");
  }
}
