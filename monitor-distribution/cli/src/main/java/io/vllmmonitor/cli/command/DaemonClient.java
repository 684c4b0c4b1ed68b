package io.vllmmonitor.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.daemon.boot.CommandLineUser;
import io.vllmmonitor.daemon.web.Token;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.Owner;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Talks to the daemon of one data directory. Confined to one thread. */
final class DaemonClient {
  private static final Duration DEADLINE = Duration.ofSeconds(15);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private final Path dataDirectory;
  private final Owner owner;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .proxy(HttpClient.Builder.NO_PROXY)
          .connectTimeout(DEADLINE)
          .build();

  private DaemonClient(Path dataDirectory, Owner owner) {
    this.dataDirectory = dataDirectory;
    this.owner = owner;
  }

  /**
   * An answer of the API.
   *
   * @param text as it came
   */
  record Answer(String text, JsonNode json) {}

  static DaemonClient find(Surroundings surroundings, Path directory) {
    return new DaemonClient(directory, listening(directory, surroundings.startup()));
  }

  /** Whether a living process says that it works on the directory. */
  static boolean isThere(Path directory) {
    return DataDirectory.ownerOf(directory)
        .flatMap(owner -> ProcessHandle.of(owner.pid()))
        .map(ProcessHandle::isAlive)
        .orElse(false);
  }

  /** Waits for a daemon that is still starting; one that is not there or dies is not waited for. */
  private static Owner listening(Path directory, Duration patience) {
    long begin = System.nanoTime();
    while (true) {
      Owner owner = alive(directory);
      if (!owner.address().isEmpty()) {
        return owner;
      }
      // An interrupted thread would not pause any more.
      if (System.nanoTime() - begin >= patience.toNanos()
          || Thread.currentThread().isInterrupted()) {
        throw stillStarting(directory, owner, patience);
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  private static Owner alive(Path directory) {
    Owner owner =
        DataDirectory.ownerOf(directory)
            .orElseThrow(() -> none(directory, "it holds no daemon.json"));
    if (!ProcessHandle.of(owner.pid()).map(ProcessHandle::isAlive).orElse(false)) {
      throw none(directory, "its daemon.json names process " + owner.pid() + ", which is gone");
    }
    return owner;
  }

  private static MonitorException stillStarting(Path directory, Owner owner, Duration patience) {
    return new MonitorException(
        ErrorCode.NO_DAEMON,
        Blame.ENVIRONMENT,
        "The daemon on "
            + directory
            + " (process "
            + owner.pid()
            + ") is still starting: it does not listen after "
            + patience.toSeconds()
            + " s of waiting; ask again in a moment, and look at its log if that does not help");
  }

  private static MonitorException none(Path directory, String why) {
    return new MonitorException(
        ErrorCode.NO_DAEMON,
        Blame.OPERATOR,
        "No daemon runs on "
            + directory
            + ": "
            + why
            + "; start one with 'vllm-monitor up --data "
            + directory
            + "', or name the directory of a running one with --data");
  }

  String address() {
    return owner.address();
  }

  long pid() {
    return owner.pid();
  }

  /** Reads; parameters without a value are left out. */
  Answer get(String path, Map<String, String> parameters) {
    String query = query(parameters);
    return send(request(path + (query.isEmpty() ? "" : "?" + query)).GET());
  }

  /** Commands, with the token. */
  Answer post(String path) {
    return send(
        request(path)
            .header("Authorization", token().asHeader())
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  /** The same with a body of JSON. */
  Answer post(String path, String json) {
    return send(
        request(path)
            .header("Authorization", token().asHeader())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  /** The same with parameters and a body of bytes. */
  Answer post(String path, Map<String, String> parameters, byte[] body) {
    return send(
        request(path + "?" + query(parameters))
            .header("Authorization", token().asHeader())
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private static String query(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + owner.address() + path))
        .header("User-Agent", CommandLineUser.userAgent());
  }

  private Token token() {
    Path path = dataDirectory.resolve(Token.FILE_NAME);
    try {
      return Token.of(Files.readString(path, UTF_8));
    } catch (IOException e) {
      throw new MonitorException(
          ErrorCode.SECRET_UNAVAILABLE,
          Blame.OPERATOR,
          "The token file " + path + " cannot be read; run this as the user of the daemon",
          e);
    }
  }

  private Answer send(HttpRequest.Builder request) {
    CompletableFuture<HttpResponse<String>> exchange =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
    try {
      return understand(exchange.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      boolean refused = e.getCause() instanceof ConnectException;
      throw refused
          ? none(dataDirectory, "nothing listens on " + owner.address())
          : unanswered(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      exchange.cancel(true);
      throw unanswered("no answer within " + DEADLINE.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unanswered("interrupted", e);
    }
  }

  private MonitorException unanswered(String why, Exception cause) {
    return new MonitorException(
        ErrorCode.HTTP_OVERLOADED,
        Blame.ENVIRONMENT,
        "The daemon (process "
            + owner.pid()
            + ") at "
            + owner.address()
            + " did not answer: "
            + why
            + "; look at its log",
        cause);
  }

  private Answer understand(HttpResponse<String> response) {
    JsonNode json;
    try {
      json = MAPPER.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw unanswered("status " + response.statusCode() + " and no JSON", e);
    }
    if (response.statusCode() / 100 == 2) {
      return new Answer(response.body(), json);
    }
    String label = json.path("code").asText();
    ErrorCode code =
        Arrays.stream(ErrorCode.values())
            .filter(candidate -> candidate.label().equals(label))
            .findFirst()
            .orElse(ErrorCode.INTERNAL);
    throw new MonitorException(code, Blame.OPERATOR, json.path("detail").asText(response.body()));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8);
  }
}
