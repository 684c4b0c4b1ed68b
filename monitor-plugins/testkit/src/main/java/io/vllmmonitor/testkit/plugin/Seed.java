package io.vllmmonitor.testkit.plugin;

/** Where the random cases of the contracts come from: the same ones each time unless told. */
final class Seed {
  private static final String PROPERTY = "testkit.seed";
  private static final long DEFAULT = 20_260_101;

  private Seed() {}

  /** The seed of this run. */
  static long value() {
    return Long.getLong(PROPERTY, DEFAULT);
  }

  /** How to get the very same cases again. */
  static String hint(long seed) {
    return "seed " + seed + "; -D" + PROPERTY + "=" + seed + " gives the same cases again";
  }
}
