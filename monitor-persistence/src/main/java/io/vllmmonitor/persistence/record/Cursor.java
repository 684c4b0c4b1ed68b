package io.vllmmonitor.persistence.record;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.persistence.format.Checksum;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ended: after the row of this time and id. It names the place by content, so rows
 * that come later do not move it. As text: base64 of checksum, time and id.
 */
record Cursor(long epochMillis, String id) {
  private static final int HEADER = 2 * Long.BYTES;

  String encode(RecordKind kind) {
    byte[] name = id.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + name.length);
    bytes.putLong(checksum(kind)).putLong(epochMillis).put(name);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /**
   * @throws MonitorException CURSOR_INVALID unless it came from {@link #encode} with this kind
   */
  static Cursor decode(RecordKind kind, String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw invalid(kind, text, e);
    }
    if (bytes.length < HEADER) {
      throw invalid(kind, text, null);
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    long checksum = header.getLong();
    long at = header.getLong();
    String id = new String(bytes, HEADER, bytes.length - HEADER, StandardCharsets.UTF_8);
    Cursor cursor = new Cursor(at, id);
    if (cursor.checksum(kind) != checksum) {
      throw invalid(kind, text, null);
    }
    return cursor;
  }

  private long checksum(RecordKind kind) {
    return new Checksum().add(kind.table()).add(epochMillis).add(id).value();
  }

  private static MonitorException invalid(RecordKind kind, String text, @Nullable Throwable cause) {
    String start = text.substring(0, Math.min(text.length(), 100));
    return new MonitorException(
        ErrorCode.CURSOR_INVALID,
        Blame.OPERATOR,
        "'"
            + start
            + "' is no cursor of "
            + kind.table()
            + "; pass the one that came with the page before, or none for the first page",
        cause);
  }
}
