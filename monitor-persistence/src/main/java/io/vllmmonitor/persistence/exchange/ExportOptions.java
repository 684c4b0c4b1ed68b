package io.vllmmonitor.persistence.exchange;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is exported, and how. Immutable.
 *
 * @param directory new or empty; its parent exists
 * @param from samples and records of this time and later, to the millisecond; null means all
 * @param to samples and records before this time; null means all
 */
public record ExportOptions(
    Path directory,
    @Nullable Instant from,
    @Nullable Instant to,
    ArchiveFormat format,
    ArchiveCompression compression) {
  /**
   * @throws MonitorException HTTP_BAD_REQUEST when the span ends before it begins
   */
  public ExportOptions {
    directory = directory.toAbsolutePath().normalize();
    requireNonNull(format, "format");
    requireNonNull(compression, "compression");
    from = millis(from);
    to = millis(to);
    if (from != null && to != null && !from.isBefore(to)) {
      throw new MonitorException(
          ErrorCode.HTTP_BAD_REQUEST,
          Blame.OPERATOR,
          "The export would begin at " + from + " and end at " + to + "; --from must be earlier");
    }
  }

  private static @Nullable Instant millis(@Nullable Instant time) {
    return time == null ? null : Instant.ofEpochMilli(time.toEpochMilli());
  }

  /** Everything, in readable form with compressed samples. */
  public static ExportOptions everything(Path directory) {
    return new ExportOptions(
        directory, null, null, ArchiveFormat.JSONL, ArchiveCompression.SAMPLES);
  }
}
