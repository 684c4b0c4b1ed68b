package io.vllmmonitor.api.rehearsal;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The state of an instance as it was before a stored verdict, or the configuration that it was made
 * with, named by its content: equal ones are stored once. Immutable.
 *
 * @param hash SHA-256 (hex) of the fields
 * @param at the newest verdict that names it, or up to an hour later
 * @param fields named fields as JSON; those of a state are typed, and numbers kept bit for bit
 */
public record StateVersion(String hash, Instant at, String fields) {
  public StateVersion {
    requireNonNull(hash, "hash");
    requireNonNull(at, "at");
    requireNonNull(fields, "fields");
  }
}
