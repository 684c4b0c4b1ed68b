package io.vllmmonitor.daemon.web;

/** Counts the bodies that others push. Called from many threads; must not block. */
@FunctionalInterface
public interface BodyCounter {
  /**
   * One was answered.
   *
   * @param route {@code import} or {@code write}
   * @param status of the answer
   */
  void answered(String route, int status);
}
