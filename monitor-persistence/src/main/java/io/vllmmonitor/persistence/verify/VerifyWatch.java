package io.vllmmonitor.persistence.verify;

/**
 * Told how far a verification has come, from its thread. Either method may throw to end it; nothing
 * is left behind then.
 */
public interface VerifyWatch {
  /** The file that is looked at now. */
  void step(String what);

  /** How many more pieces were read. */
  void checked(long more);

  /** For those who do not look. */
  static VerifyWatch none() {
    return new VerifyWatch() {
      @Override
      public void step(String what) {}

      @Override
      public void checked(long more) {}
    };
  }
}
