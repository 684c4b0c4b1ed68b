package io.vllmmonitor.simulator.server;

import static io.vllmmonitor.simulator.server.HttpResponse.object;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.simulator.engine.EngineProfile;
import io.vllmmonitor.simulator.engine.RequestSpec;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI completions that take simulated time. One character of a prompt is one token, and so is
 * one character of an answer.
 */
final class CompletionRoutes {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int DEFAULT_MAX_TOKENS = 16;

  /** Prompts that begin with the same characters share a prefix of at most so many tokens. */
  private static final int LONGEST_SHARED_PREFIX = 256;

  private final SimulatorConfig config;
  private final EngineProfile profile;
  private final Life life;

  CompletionRoutes(SimulatorConfig config, Life life) {
    this.config = config;
    this.profile = config.profile();
    this.life = life;
  }

  void register(Router router) {
    router.add("POST", "/v1/completions", (r, c) -> complete(r, c, AnswerShape.TEXT));
    router.add("POST", "/v1/chat/completions", (r, c) -> complete(r, c, AnswerShape.CHAT));
  }

  private @Nullable HttpResponse complete(
      HttpRequest request, HttpConnection connection, AnswerShape shape)
      throws IOException, InterruptedException {
    if (life.dead()) {
      return HttpResponse.engineDead();
    }
    JsonNode body;
    try {
      body = MAPPER.readTree(request.body());
    } catch (JsonProcessingException e) {
      return HttpResponse.badRequest(null, "Invalid JSON: " + e.getOriginalMessage());
    }
    String model = body.path("model").asText(config.model());
    if (!model.equals(config.model())) {
      return HttpResponse.error(
          404,
          "NotFoundError",
          "model",
          "The model `%s` does not exist. Valid aliases: %s.".formatted(model, config.model()));
    }
    String prompt = shape.prompt(body);
    if (prompt == null || prompt.isEmpty()) {
      return HttpResponse.badRequest(
          shape.promptField(), "Field required: a non-empty " + shape.promptField());
    }
    return validated(body, prompt, connection, shape);
  }

  private @Nullable HttpResponse validated(
      JsonNode body, String prompt, HttpConnection connection, AnswerShape shape)
      throws IOException, InterruptedException {
    int room = profile.maxModelLen() - prompt.length();
    JsonNode asked =
        body.hasNonNull("max_tokens")
            ? body.path("max_tokens")
            : body.path("max_completion_tokens");
    boolean given = !asked.isMissingNode() && !asked.isNull();
    if (given && (!asked.isIntegralNumber() || asked.asLong() < 1)) {
      return HttpResponse.badRequest(
          "max_tokens", "max_tokens must be at least 1, got " + asked + ".");
    }
    long maxTokens =
        given ? asked.asLong() : shape == AnswerShape.CHAT ? Math.max(1, room) : DEFAULT_MAX_TOKENS;
    if (room < 1 || maxTokens > room) {
      return HttpResponse.badRequest(
          "max_tokens",
          "This model's maximum context length is %d tokens. However, you requested %d output tokens and your prompt contains %d input tokens. Please reduce the length of the input prompt or the number of requested output tokens."
              .formatted(profile.maxModelLen(), maxTokens, prompt.length()));
    }
    int limit = (int) maxTokens;
    int output = body.path("ignore_eos").asBoolean(false) ? limit : life.answerLength(limit);
    RequestSpec spec = spec(prompt, output, limit);
    String id = shape.idPrefix() + life.newId();
    boolean streamed = body.path("stream").asBoolean(false);
    try (RunningCompletion running = RunningCompletion.submit(life, id, spec, streamed)) {
      return streamed ? stream(running, connection, shape) : whole(running, connection, shape);
    }
  }

  private RequestSpec spec(String prompt, int output, int limit) {
    int shared =
        Math.min(prompt.length(), LONGEST_SHARED_PREFIX)
            / profile.blockSize()
            * profile.blockSize();
    if (shared == 0) {
      return new RequestSpec(prompt.length(), output, limit, 0, 0, 0);
    }
    // Far from the small group numbers of the built-in traffic.
    long group = (1L << 40) + prompt.substring(0, shared).hashCode();
    return new RequestSpec(prompt.length(), output, limit, group, shared, 0);
  }

  private HttpResponse whole(
      RunningCompletion running, HttpConnection connection, AnswerShape shape)
      throws InterruptedException {
    RunningCompletion.Progress progress = running.next(connection);
    if (progress.lost()) {
      return life.dead() ? HttpResponse.engineDead() : HttpResponse.empty(200);
    }
    Object choice = shape.choice(text(0, progress.tokens()), progress.finishReason());
    Object usage = usage(running.spec().promptTokens(), progress.tokens());
    return HttpResponse.json(
        200,
        object(
            "id", running.id(),
            "object", shape.wholeObject(),
            "created", (long) life.epochSeconds(),
            "model", config.model(),
            "choices", List.of(choice),
            "usage", usage));
  }

  private @Nullable HttpResponse stream(
      RunningCompletion running, HttpConnection connection, AnswerShape shape)
      throws IOException, InterruptedException {
    RunningCompletion.Progress progress = running.next(connection);
    if (progress.lost()) {
      return life.dead() ? HttpResponse.engineDead() : HttpResponse.empty(200);
    }
    connection.beginChunks("text/event-stream; charset=utf-8");
    int sent = 0;
    while (!progress.lost()) {
      connection.chunk(
          event(running, shape, text(sent, progress.tokens()), progress.finishReason()));
      sent += progress.tokens();
      if (progress.over()) {
        connection.chunk("data: [DONE]\n\n");
        break;
      }
      progress = running.next(connection);
    }
    if (progress.lost()) {
      throw new IOException("the stream ended with its engine or its client");
    }
    connection.endChunks();
    return null;
  }

  private String event(
      RunningCompletion running, AnswerShape shape, String text, @Nullable String reason) {
    HttpResponse chunk =
        HttpResponse.json(
            200,
            object(
                "id", running.id(),
                "object", shape.chunkObject(),
                "created", (long) life.epochSeconds(),
                "model", config.model(),
                "choices", List.of(shape.delta(text, reason))));
    return "data: " + chunk.body() + "\n\n";
  }

  private static Object usage(int prompt, int completion) {
    return object(
        "prompt_tokens",
        prompt,
        "total_tokens",
        prompt + completion,
        "completion_tokens",
        completion,
        "prompt_tokens_details",
        null);
  }

  /** Characters {@code from} to {@code from + count} of an endless text. */
  private static String text(int from, int count) {
    StringBuilder text = new StringBuilder(count);
    for (int i = from; i < from + count; i++) {
      text.append(i % 6 == 5 ? ' ' : (char) ('a' + i * 7 % 26));
    }
    return text.toString();
  }
}
