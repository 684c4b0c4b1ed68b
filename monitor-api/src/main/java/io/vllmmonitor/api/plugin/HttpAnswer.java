package io.vllmmonitor.api.plugin;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;

/**
 * The whole answer to an {@link HttpCall}, whatever its status. The body is handed over, not
 * copied; do not change it.
 */
public final class HttpAnswer {
  private final int status;
  private final String contentType;
  private final byte[] body;

  /** Takes the body over. */
  public HttpAnswer(int status, String contentType, byte[] body) {
    this.status = status;
    this.contentType = requireNonNull(contentType, "contentType");
    this.body = requireNonNull(body, "body");
  }

  /** The HTTP status, 100 to 599. */
  public int status() {
    return status;
  }

  /** Whether the status is 200 to 299. */
  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /** As sent; empty when there was none. */
  public String contentType() {
    return contentType;
  }

  /** The bytes after decompression; shared, do not change them. */
  public byte[] body() {
    return body;
  }

  /** The body as UTF-8. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
