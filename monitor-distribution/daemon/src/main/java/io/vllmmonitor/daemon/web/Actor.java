package io.vllmmonitor.daemon.web;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a command, as far as it says so: everyone who holds the token may say anything, so the
 * name helps people to remember and proves nothing.
 */
final class Actor {
  /** How the command line calls itself. */
  private static final Pattern COMMAND_LINE =
      Pattern.compile("vllm-monitor-cli \\(([A-Za-z0-9._-]{1,64})\\)");

  private static final String OTHERS = "rest";

  private Actor() {}

  /**
   * The actor behind a request.
   *
   * @param userAgent the header of that name; null when there is none
   */
  static String of(@Nullable String userAgent) {
    if (userAgent == null) {
      return OTHERS;
    }
    Matcher name = COMMAND_LINE.matcher(userAgent);
    return name.matches() ? "cli:" + name.group(1) : OTHERS;
  }
}
