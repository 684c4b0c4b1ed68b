package io.vllmmonitor.acceptance.hostile;

/** Inputs that are dropped together where time is short, in the order of the waves. */
public enum Wave {
  /** What is refused before any code of it runs. */
  GATE,
  /** What fails while it is made. */
  START,
  /** What fails when it is called. */
  CALL,
  /** What does not let go at its end. */
  END,
  /** Files that are written badly, but are good in the end. */
  COPY,
  /** What wants to end the daemon. */
  EXIT,
  /** What does not come back when it is called. */
  HANG,
  /** What does not come back while it is made; each takes a deadline of 10 s. */
  SLOW_START,
  /** The folders themselves. */
  FOLDER
}
