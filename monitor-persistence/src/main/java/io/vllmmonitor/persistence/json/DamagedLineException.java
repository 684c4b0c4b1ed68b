package io.vllmmonitor.persistence.json;

import java.io.IOException;

/** A line, or the rest of a file, is not what was written. The message says what was found. */
public final class DamagedLineException extends IOException {
  private static final long serialVersionUID = 1L;

  public DamagedLineException(String message) {
    super(message);
  }

  public DamagedLineException(String message, Throwable cause) {
    super(message, cause);
  }
}
