package io.vllmmonitor.api.extension;

import java.util.Set;

/**
 * Gives back what a {@link StateWriter} took. A field that is missing, or of another type, answers
 * the fallback, so that a newer version reads an older state without ceremony. Confined to the call
 * of {@link Extension#restoreState}.
 */
@Incubating(review = "2027-03-01")
public interface StateReader {
  /** The names of all fields. */
  Set<String> names();

  /** A text, or the fallback. */
  String text(String name, String fallback);

  /** A whole number, or the fallback. */
  long integer(String name, long fallback);

  /** A number bit for bit as it was written, or the fallback. */
  double number(String name, double fallback);

  /** A flag, or the fallback. */
  boolean flag(String name, boolean fallback);

  /** A copy; empty when missing. */
  double[] numbers(String name);

  /** A copy; empty when missing. */
  byte[] bytes(String name);
}
