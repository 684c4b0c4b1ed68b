package io.vllmmonitor.api.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;

/**
 * Says where a secret is, never what it is, so that it can be logged, stored and exported. Written
 * {@code env:NAME} or {@code file:/path}; a literal secret in the configuration is refused.
 * Immutable.
 */
public record SecretReference(Place place, String name) {
  /** Where a secret can live. */
  public enum Place {
    /** An environment variable of the daemon. */
    ENV,
    /** A file that only the daemon's user can read; its content without trailing white space. */
    FILE
  }

  public SecretReference {
    requireNonNull(place, "place");
    requireNonNull(name, "name");
  }

  /**
   * @throws MonitorException CONFIG_INVALID_VALUE when the text is not a reference; the text itself
   *     is not repeated, since it may be the secret
   */
  public static SecretReference parse(String text) {
    if (text.startsWith("env:") && text.length() > 4) {
      return new SecretReference(Place.ENV, text.substring(4));
    }
    if (text.startsWith("file:") && text.length() > 5) {
      return new SecretReference(Place.FILE, text.substring(5));
    }
    throw new MonitorException(
        CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "A secret is given by reference; write env:NAME or file:/path instead of the secret itself");
  }

  @Override
  public String toString() {
    return switch (place) {
      case ENV -> "env:" + name;
      case FILE -> "file:" + name;
    };
  }
}
