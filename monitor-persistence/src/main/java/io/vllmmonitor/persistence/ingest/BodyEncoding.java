package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a body was packed by its sender, as {@code Content-Encoding} names it. */
public enum BodyEncoding {
  /** As it is. */
  IDENTITY,
  /** One or more gzip members. */
  GZIP,
  /** One snappy block, the format of remote write; not the framing format. */
  SNAPPY,
  /** Zstandard frames. */
  ZSTD;

  /**
   * What a header says.
   *
   * @param header null or blank gives what is usual
   * @throws MonitorException INGEST_MALFORMED_BODY for an encoding that is not known
   */
  public static BodyEncoding of(@Nullable String header, BodyEncoding usual) {
    if (header == null || header.isBlank()) {
      return usual;
    }
    return switch (header.strip().toLowerCase(Locale.ROOT)) {
      case "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      case "snappy" -> SNAPPY;
      case "zstd" -> ZSTD;
      default ->
          throw new MonitorException(
              ErrorCode.INGEST_MALFORMED_BODY,
              Blame.OPERATOR,
              "The Content-Encoding is '"
                  + header.substring(0, Math.min(header.length(), 40))
                  + "', expected identity, gzip, snappy or zstd");
    };
  }
}
