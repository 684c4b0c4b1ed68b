package io.vllmmonitor.persistence.format;

/**
 * Stored bytes that cannot be what was written: a checksum that does not match, or a layout that no
 * writer makes. The message says which bytes and why, for the report of the block they lie in.
 */
public final class DamagedBytesException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  public DamagedBytesException(String message) {
    super(message);
  }

  public DamagedBytesException(String message, Throwable cause) {
    super(message, cause);
  }
}
