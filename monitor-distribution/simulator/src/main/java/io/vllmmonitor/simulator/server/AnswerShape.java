package io.vllmmonitor.simulator.server;

import static io.vllmmonitor.simulator.server.HttpResponse.object;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** What differs between text and chat completions. */
enum AnswerShape {
  TEXT("cmpl-", "text_completion", "text_completion", "prompt") {
    @Override
    @Nullable String prompt(JsonNode body) {
      JsonNode prompt = body.path("prompt");
      if (prompt.isArray()) {
        boolean tokens = prompt.size() > 0 && prompt.get(0).isIntegralNumber();
        return tokens ? "t".repeat(prompt.size()) : prompt.path(0).textValue();
      }
      return prompt.textValue();
    }

    @Override
    Object choice(String text, @Nullable String reason) {
      return object(
          "index",
          0,
          "text",
          text,
          "logprobs",
          null,
          "finish_reason",
          reason,
          "stop_reason",
          null,
          "token_ids",
          null);
    }

    @Override
    Object delta(String text, @Nullable String reason) {
      return object(
          "index", 0, "text", text, "logprobs", null, "finish_reason", reason, "stop_reason", null);
    }
  },

  CHAT("chatcmpl-", "chat.completion", "chat.completion.chunk", "messages") {
    @Override
    @Nullable String prompt(JsonNode body) {
      StringBuilder all = new StringBuilder();
      for (JsonNode message : body.path("messages")) {
        all.append(message.path("role").asText())
            .append('\n')
            .append(message.path("content").asText())
            .append('\n');
      }
      return all.length() == 0 ? null : all.toString();
    }

    @Override
    Object choice(String text, @Nullable String reason) {
      return object(
          "index",
          0,
          "message",
          object("role", "assistant", "content", text),
          "logprobs",
          null,
          "finish_reason",
          reason,
          "stop_reason",
          null);
    }

    @Override
    Object delta(String text, @Nullable String reason) {
      return object(
          "index", 0, "delta", object("content", text), "logprobs", null, "finish_reason", reason);
    }
  };

  private final String idPrefix;
  private final String wholeObject;
  private final String chunkObject;
  private final String promptField;

  AnswerShape(String idPrefix, String wholeObject, String chunkObject, String promptField) {
    this.idPrefix = idPrefix;
    this.wholeObject = wholeObject;
    this.chunkObject = chunkObject;
    this.promptField = promptField;
  }

  /** The prompt as text, null if there is none. */
  abstract @Nullable String prompt(JsonNode body);

  abstract Object choice(String text, @Nullable String reason);

  abstract Object delta(String text, @Nullable String reason);

  String idPrefix() {
    return idPrefix;
  }

  String wholeObject() {
    return wholeObject;
  }

  String chunkObject() {
    return chunkObject;
  }

  String promptField() {
    return promptField;
  }
}
