package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A target that answers from a script: one rule per method and path (the query is not part of it),
 * 404 for everything else, and a list of what was asked. Confined to one thread.
 */
public final class FakeTargetHttp implements HttpService {
  private final Map<String, Function<HttpCall, HttpAnswer>> rules = new HashMap<>();
  private final List<HttpCall> calls = new ArrayList<>();

  /**
   * Answers a route from now on.
   *
   * @param route method and path, such as {@code POST /pause}
   */
  public FakeTargetHttp answer(String route, int status, String contentType, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return on(route, call -> new HttpAnswer(status, contentType, bytes));
  }

  /** Answers a route with JSON from now on. */
  public FakeTargetHttp json(String route, int status, String body) {
    return answer(route, status, "application/json", body);
  }

  /** Fails a route with this code from now on, as the real client does. */
  public FakeTargetHttp fail(String route, ErrorCode code) {
    return on(
        route,
        call -> {
          throw new MonitorException(code, Blame.ENVIRONMENT, route + " fails as the test wants");
        });
  }

  /** Answers a route by a function from now on. */
  public FakeTargetHttp on(String route, Function<HttpCall, HttpAnswer> rule) {
    rules.put(requireNonNull(route, "route"), requireNonNull(rule, "rule"));
    return this;
  }

  /** Everything that was asked, oldest first; a copy. */
  public List<HttpCall> calls() {
    return List.copyOf(calls);
  }

  /** What was asked, as method and path with its query, oldest first. */
  public List<String> asked() {
    return calls.stream().map(call -> call.method() + " " + call.path()).toList();
  }

  /** Forgets what was asked; the rules stay. */
  public void forgetCalls() {
    calls.clear();
  }

  @Override
  public HttpAnswer send(HttpCall call) {
    calls.add(call);
    int query = call.path().indexOf('?');
    String path = query < 0 ? call.path() : call.path().substring(0, query);
    Function<HttpCall, HttpAnswer> rule = rules.get(call.method() + " " + path);
    return rule == null ? new HttpAnswer(404, "text/plain", new byte[0]) : rule.apply(call);
  }
}
