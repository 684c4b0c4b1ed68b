package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * Why a jar may run. Immutable.
 *
 * @param fingerprint of the key that signed it; empty where none did
 */
public record TrustLevel(Kind kind, String fingerprint) {
  /** The reasons there are. */
  public enum Kind {
    /** It ships with the distribution. */
    BUNDLED,
    /** Its hash stands in the configuration. */
    PINNED,
    /** Signed with the key that its id is known by. */
    SIGNED,
    /** Its hash was approved by the operator. */
    APPROVED,
    /** Nobody vouches for it but the owner of the file. */
    UNSIGNED
  }

  public TrustLevel {
    requireNonNull(kind, "kind");
    requireNonNull(fingerprint, "fingerprint");
  }

  static TrustLevel of(Kind kind) {
    return new TrustLevel(kind, "");
  }

  static TrustLevel signed(String fingerprint) {
    return new TrustLevel(Kind.SIGNED, fingerprint);
  }

  /** Reads what {@link #text} wrote. */
  static TrustLevel parse(String text) {
    int space = text.indexOf(' ');
    String word = space < 0 ? text : text.substring(0, space);
    return new TrustLevel(
        Kind.valueOf(word.toUpperCase(Locale.ROOT)), space < 0 ? "" : text.substring(space + 1));
  }

  /** In one line: {@code bundled}, {@code unsigned}, {@code signed SHA256:…}. */
  public String text() {
    String word = kind.name().toLowerCase(Locale.ROOT);
    return fingerprint.isEmpty() ? word : word + " " + fingerprint;
  }
}
