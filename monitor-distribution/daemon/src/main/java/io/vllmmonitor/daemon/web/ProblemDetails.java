package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.ErrorCode;

/** A failure as {@code application/problem+json} tells it: code and sentence, never a stack. */
final class ProblemDetails {
  static final String CONTENT_TYPE = "application/problem+json";

  private ProblemDetails() {}

  static byte[] bytes(int status, ErrorCode code, String detail) {
    ObjectNode problem = WebJson.object();
    problem.put("type", "about:blank");
    problem.put("title", code.name());
    problem.put("status", status);
    problem.put("code", code.label());
    problem.put("detail", detail);
    return WebJson.bytes(problem);
  }
}
