package io.vllmmonitor.daemon.boot;

/** The user of the command line, as the audit names him. */
public final class CommandLineUser {
  private static final String ACTOR = "cli:";
  private static final int LONGEST_NAME = 64;

  private CommandLineUser() {}

  /** The actor of what the command line does by itself, without a daemon. */
  static String actor() {
    return ACTOR + name();
  }

  /** How the command line calls itself when it talks to a daemon. */
  public static String userAgent() {
    return "vllm-monitor-cli (" + name() + ")";
  }

  private static String name() {
    String user = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._-]", "_");
    String known = user.isEmpty() ? "unknown" : user;
    return known.substring(0, Math.min(LONGEST_NAME, known.length()));
  }
}
