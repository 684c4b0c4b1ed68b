package io.vllmmonitor.api.extension;

/**
 * Takes the state of an extension as named, typed fields. A name is given once; a second value
 * under it replaces the first. The whole state may be 1 MiB at most; beyond that saving fails with
 * PLUGIN_CALL_FAILED and the last good state stays. Confined to the call of {@link
 * Extension#saveState}.
 */
@Incubating(review = "2027-03-01")
public interface StateWriter {
  /** A text. */
  void text(String name, String value);

  /** A whole number. */
  void integer(String name, long value);

  /** Kept bit for bit, NaN payloads included. */
  void number(String name, double value);

  /** A flag. */
  void flag(String name, boolean value);

  /** Copied. */
  void numbers(String name, double[] values);

  /** Copied. */
  void bytes(String name, byte[] value);
}
