package io.vllmmonitor.core.http;

import static io.vllmmonitor.api.error.ErrorCode.SECRET_UNAVAILABLE;

import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads secrets where their references point, at every use, so that a rotated token is picked up.
 * Messages name the reference, never the value. Thread-safe.
 */
final class SecretReader {
  private static final long LONGEST = 65_536;

  private final Map<String, String> environment;

  SecretReader(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The secret: visible ASCII, not empty, so that it fits a header. */
  String read(SecretReference reference) {
    String secret =
        switch (reference.place()) {
          case ENV -> environment.get(reference.name());
          case FILE -> content(reference);
        };
    if (secret == null || secret.isEmpty()) {
      throw unavailable(reference, "is not set or empty; set it where the daemon runs", null);
    }
    // Checked here because the HTTP client would repeat a bad value in its exception.
    if (!secret.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw unavailable(
          reference, "holds characters other than visible ASCII; it must be one token", null);
    }
    return secret;
  }

  private static String content(SecretReference reference) {
    try {
      Path file = Path.of(reference.name());
      if (Files.size(file) > LONGEST) {
        throw unavailable(reference, "is larger than " + LONGEST + " bytes", null);
      }
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).stripTrailing();
    } catch (IOException | InvalidPathException e) {
      throw unavailable(reference, "cannot be read; check path and permissions", e);
    }
  }

  private static MonitorException unavailable(
      SecretReference reference, String why, @Nullable Throwable cause) {
    return new MonitorException(
        SECRET_UNAVAILABLE, Blame.OPERATOR, "The secret " + reference + " " + why, cause);
  }
}
