package io.vllmmonitor.daemon.boot;

/**
 * Runs the daemon in the foreground. The command line finds it as a service ({@link
 * java.util.ServiceLoader}) and calls it from the main thread.
 */
public interface Daemon {
  /**
   * Starts, serves until it is told to stop, flushes and returns.
   *
   * @return 0 after a stop in order
   * @throws io.vllmmonitor.api.error.MonitorException when it cannot start; the command line prints
   *     it and turns its code into the exit code
   */
  int run(UpOptions options);
}
