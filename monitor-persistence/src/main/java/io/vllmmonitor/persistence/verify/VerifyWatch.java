package io.vllmmonitor.persistence.verify;

/**
 * Told how far a verification has come, from its thread. Either method may throw a MonitorException
 * to end it; nothing is left behind then.
 */
public interface VerifyWatch {
  /** The file that is looked at now. */
  void step(String what);

  /** How many more pieces were read; often 0, just to ask whether to go on. */
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
