package io.vllmmonitor.api.extension;

/**
 * Takes the state of an extension as named, typed fields. A name is given once; a second value
 * under it replaces the first. The whole state may be 1 MiB at most; beyond that saving fails with
 * PLUGIN_CALL_FAILED and the last good state stays. Confined to the call of {@link
 * Extension#saveState}.
 */
public interface StateWriter {
  void text(String name, String value);

  void integer(String name, long value);

  /** Kept bit for bit, NaN payloads included. */
  void number(String name, double value);

  void flag(String name, boolean value);

  /** Copied. */
  void numbers(String name, double[] values);

  /** Copied. */
  void bytes(String name, byte[] value);
}
