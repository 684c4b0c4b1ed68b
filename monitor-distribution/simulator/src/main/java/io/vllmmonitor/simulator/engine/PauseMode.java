package io.vllmmonitor.simulator.engine;

/** What a pause does with requests that are in the engine. */
public enum PauseMode {
  /** Everything in flight is aborted. */
  ABORT,
  /** Running requests finish, waiting ones stay in the queue. */
  WAIT,
  /** Everything stays where it is until the pause ends. */
  KEEP
}
