package io.vllmmonitor.api.history;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import java.time.Instant;

/**
 * Something that went wrong while the rest went on: a jar that was rejected, a source that does not
 * compile, a target that is no vLLM. The same code about the same subject is one problem with a
 * count. Immutable.
 *
 * @param subject what it is about: a file, a plugin, a target
 * @param message of the last occurrence
 * @param count how often it occurred since {@code firstAt}
 */
public record Problem(
    ErrorCode code,
    Blame blame,
    String subject,
    String message,
    long count,
    Instant firstAt,
    Instant lastAt) {
  public Problem {
    requireNonNull(code, "code");
    requireNonNull(blame, "blame");
    requireNonNull(subject, "subject");
    requireNonNull(message, "message");
    requireNonNull(firstAt, "firstAt");
    requireNonNull(lastAt, "lastAt");
  }
}
