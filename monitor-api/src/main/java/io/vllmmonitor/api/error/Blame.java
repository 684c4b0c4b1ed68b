package io.vllmmonitor.api.error;

/** Whose fault a failure is, and therefore who can mend it. */
public enum Blame {
  /** The person who configured or commanded the monitor. */
  OPERATOR,
  /** The author of a plugin or of a dropped source. */
  PLUGIN,
  /** Something outside: a target, the disk, the network, the operating system. */
  ENVIRONMENT,
  /** The monitor itself: a bug of ours. */
  MONITOR
}
