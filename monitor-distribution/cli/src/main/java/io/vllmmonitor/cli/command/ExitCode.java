package io.vllmmonitor.cli.command;

import io.vllmmonitor.api.error.ErrorCode;

/** How the command ends; scripts rely on the numbers. */
enum ExitCode {
  OK(0),
  /** What was asked for failed, or the state that was asked for is not a good one. */
  UNHEALTHY(1),
  /** The command line or the configuration is wrong. */
  USAGE(2),
  NO_DAEMON(3),
  /** Another daemon works on the data directory. */
  OWNED(4),
  /** The store is damaged, foreign, or of a newer version than this program. */
  STORE(5);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** The one place where a failure becomes an exit code. */
  static ExitCode of(ErrorCode code) {
    return switch (code) {
      case CONFIG_UNKNOWN_KEY,
          CONFIG_INVALID_VALUE,
          CONFIG_UNREADABLE,
          CONFIG_DUPLICATE_TARGET,
          LISTEN_ADDRESS_REFUSED,
          LISTEN_ADDRESS_IN_USE,
          SECRET_UNAVAILABLE,
          ENVIRONMENT_UNSUPPORTED,
          TARGET_NOT_FOUND,
          SELECTOR_MALFORMED,
          SELECTOR_AMBIGUOUS,
          QUERY_UNSUPPORTED,
          QUERY_MALFORMED,
          CURSOR_INVALID,
          BACKUP_INVALID,
          PLUGIN_NOT_FOUND,
          PLUGIN_TEMPLATE_EXISTS,
          PLUGIN_FILE_UNSUITABLE,
          PLUGIN_NO_EARLIER_GENERATION,
          INCIDENT_NOT_FOUND,
          HAPPY_PATH_REFUSED,
          HTTP_BAD_REQUEST,
          STORE_BACKEND_DIFFERS,
          STORE_DIRECTORY_NOT_EMPTY,
          IMPORT_REFUSED ->
          USAGE;
      case NO_DAEMON -> NO_DAEMON;
      case STORE_OWNED -> OWNED;
      case STORE_DAMAGED, STORE_NEWER, STORE_FOREIGN -> STORE;
      default -> UNHEALTHY;
    };
  }
}
