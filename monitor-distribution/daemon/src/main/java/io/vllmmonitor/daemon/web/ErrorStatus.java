package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;

/** Which HTTP status a failure becomes. */
final class ErrorStatus {
  private ErrorStatus() {}

  static int of(MonitorException failure) {
    return switch (failure.code()) {
      case HTTP_UNAUTHORIZED -> 401;
      case HTTP_FORBIDDEN_ORIGIN -> 403;
      case HTTP_NOT_FOUND,
          TARGET_NOT_FOUND,
          PLUGIN_NOT_FOUND,
          INCIDENT_NOT_FOUND,
          BLOB_NOT_FOUND,
          VERDICT_NOT_FOUND,
          GUARDRAIL_NOT_FOUND ->
          404;
      case HTTP_METHOD_NOT_ALLOWED -> 405;
      case HTTP_BODY_TOO_LARGE -> 413;
      case QUERY_TOO_LARGE -> 422;
      case HTTP_OVERLOADED,
          SHUTTING_DOWN,
          QUERY_TIMEOUT,
          STORE_FULL,
          STORE_IO,
          STORE_CLOSED,
          STORE_OWNED ->
          503;
      case INTERNAL, STORE_DAMAGED -> 500;
      default ->
          switch (failure.blame()) {
            case OPERATOR -> 400;
            case PLUGIN, MONITOR -> 500;
            case ENVIRONMENT -> 503;
          };
    };
  }

  /** The code for a status that the server itself chose. */
  static ErrorCode codeFor(int status) {
    return switch (status) {
      case 401 -> ErrorCode.HTTP_UNAUTHORIZED;
      case 403 -> ErrorCode.HTTP_FORBIDDEN_ORIGIN;
      case 404 -> ErrorCode.HTTP_NOT_FOUND;
      case 405 -> ErrorCode.HTTP_METHOD_NOT_ALLOWED;
      case 413 -> ErrorCode.HTTP_BODY_TOO_LARGE;
      case 503 -> ErrorCode.HTTP_OVERLOADED;
      default -> status >= 500 ? ErrorCode.INTERNAL : ErrorCode.HTTP_BAD_REQUEST;
    };
  }
}
