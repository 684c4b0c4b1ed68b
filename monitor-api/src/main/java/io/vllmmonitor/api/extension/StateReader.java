package io.vllmmonitor.api.extension;

import java.util.Set;

/**
 * Gives back what a {@link StateWriter} took. A field that is missing, or of another type, answers
 * the fallback, so that a newer version reads an older state without ceremony. Confined to the call
 * of {@link Extension#restoreState}.
 */
public interface StateReader {
  /** The names of all fields. */
  Set<String> names();

  String text(String name, String fallback);

  long integer(String name, long fallback);

  double number(String name, double fallback);

  boolean flag(String name, boolean fallback);

  /** A copy; empty when missing. */
  double[] numbers(String name);

  /** A copy; empty when missing. */
  byte[] bytes(String name);
}
