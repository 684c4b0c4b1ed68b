package io.vllmmonitor.daemon.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.core.audit.Deed;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/** Which path does what. */
final class Routes {
  private static final String API = "/api/v1";
  private static final String REHEARSE = API + "/rehearse";
  static final String PROMETHEUS = Answers.PROMETHEUS + "api/v1";
  private static final String METRICS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final WebServices services;
  private final WebLimits limits;
  private final QueryGate gate;
  private final Answers answers;
  private final StatusApi status;
  private final HistoryApi history;
  private final PredictorApi predictors;
  private final SeriesApi series;
  private final PluginApi plugins;
  private final HappyPathApi happyPaths;
  private final TrialApi trials;
  private final PrometheusApi prometheus;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final TreeSet<String> paths = new TreeSet<>();

  /**
   * @param gate lets queries run, shared with whoever else answers some
   */
  Routes(WebServices services, WebLimits limits, QueryGate gate) {
    this.services = services;
    this.limits = limits;
    SeriesReads reads = new SeriesReads(services.series(), services.catalog());
    this.gate = gate;
    answers = new Answers(limits.answerBytes());
    predictors = new PredictorApi(services);
    status = new StatusApi(services, predictors);
    history = new HistoryApi(services.history());
    series = new SeriesApi(services.history(), reads, services.catalog());
    plugins = new PluginApi(services.plugins(), services.history(), services.audit());
    happyPaths = new HappyPathApi(services.happyPaths(), services.audit());
    trials = new TrialApi(services);
    prometheus =
        new PrometheusApi(services.prometheus(), services.catalog(), services.info().version());
  }

  void register(RoutesConfig routes) {
    routes.before(this::admit);
    health(routes);
    rest(routes);
    commands(routes);
    prometheus(routes);
    routes.get("/", context -> Answers.text(context, "text/plain; charset=utf-8", index()));
    routes.exception(MonitorException.class, (e, context) -> Answers.failed(context, e));
    routes.exception(HttpResponseException.class, (e, context) -> Answers.refused(context, e));
    routes.exception(IOException.class, (e, context) -> Answers.lost(context, e));
    routes.exception(
        HttpException.RuntimeException.class, (e, context) -> Answers.lost(context, e));
    routes.exception(Exception.class, (e, context) -> Answers.broken(context, e));
  }

  /** Runs before every request, known path or not. */
  private void admit(Context context) {
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Cache-Control", "no-store");
    context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    LoopbackGuard.check(context.header("Host"), context.header("Origin"));
    long most = context.path().equals(REHEARSE) ? limits.codeBytes() : limits.bodyBytes();
    long length = context.req().getContentLengthLong();
    if (length > most) {
      throw tooLarge("has " + length, most);
    }
  }

  private static MonitorException tooLarge(String found, long most) {
    return new MonitorException(
        ErrorCode.HTTP_BODY_TOO_LARGE,
        Blame.OPERATOR,
        "The body " + found + " bytes, the most is " + most);
  }

  /** A file of code, which may be longer than other bodies. */
  private byte[] code(Context context) throws IOException {
    byte[] code = context.req().getInputStream().readNBytes(limits.codeBytes() + 1);
    if (code.length > limits.codeBytes()) {
      throw tooLarge("has more than " + limits.codeBytes(), limits.codeBytes());
    }
    return code;
  }

  private void health(RoutesConfig routes) {
    get(routes, "/healthz", parameters -> Map.of("status", "ok"));
    paths.add("/readyz");
    routes.get("/readyz", this::ready);
    paths.add("/metrics");
    routes.get(
        "/metrics", context -> Answers.text(context, METRICS_TEXT, services.ownMetrics().get()));
  }

  private void ready(Context context) {
    services
        .notReady()
        .get()
        .ifPresentOrElse(
            reason -> {
              context.status(503).header("Retry-After", "1");
              answers.json(context, Map.of("status", "not ready", "reason", reason));
            },
            () -> answers.json(context, Map.of("status", "ready")));
  }

  private void rest(RoutesConfig routes) {
    get(routes, API + "/status", status::page);
    get(routes, API + "/targets", status::targets);
    get(routes, API + "/guardrails", status::guardrails);
    get(routes, API + "/predictors", predictors::predictors);
    get(routes, API + "/learners", parameters -> status.learners());
    get(routes, API + "/problems", status::problemList);
    get(routes, API + "/restore-report", parameters -> status.restoreReport());
    get(routes, API + "/plugins", parameters -> plugins.list());
    plugins(routes);
    query(routes, API + "/series", series::series);
    query(routes, API + "/metrics", series::metrics);
    query(routes, API + "/checkpoints", history::checkpoints);
    query(routes, API + "/firings", history::firings);
    query(routes, API + "/incidents", history::incidents);
    query(routes, API + "/attempts", history::attempts);
    query(routes, API + "/predictions", history::predictions);
    query(routes, API + "/happy-paths", history::happyPaths);
    query(routes, API + "/learning", history::learning);
    query(routes, API + "/audit", history::audit);
    query(routes, API + "/verdicts", trials::verdicts);
    String rehearsals = API + "/plugins/{id}/rehearsals";
    paths.add(rehearsals);
    routes.get(
        rehearsals,
        context ->
            gate.run(
                () ->
                    answered(
                        context, trials.rehearsals(context.pathParam("id"), parameters(context)))));
    String incident = API + "/incidents/{id}";
    paths.add(incident);
    routes.get(
        incident,
        context -> gate.run(() -> answered(context, history.incident(context.pathParam("id")))));
  }

  private void plugins(RoutesConfig routes) {
    String plugin = API + "/plugins/{id}";
    paths.add(plugin);
    routes.get(
        plugin, context -> gate.run(() -> answered(context, plugins.why(context.pathParam("id")))));
    paths.add(plugin + "/transitions");
    routes.get(
        plugin + "/transitions",
        context ->
            gate.run(
                () ->
                    answered(
                        context,
                        plugins.transitions(
                            context.pathParam("id"),
                            Parameters.of(context, services.clock().instant())))));
  }

  private void commands(RoutesConfig routes) {
    command(routes, "/plugins/{id}/disable", plugins::disable);
    command(routes, "/plugins/{id}/enable", plugins::enable);
    command(routes, "/plugins/{id}/rollback", plugins::rollback);
    command(routes, "/plugins/{id}/approve", plugins::approve);
    trials(routes);
    exchange(routes);
    saveHappyPath(routes);
    IngestHandler.PATHS.forEach(path -> paths.add("POST " + path));
    paths.add("POST " + API + "/stop");
    routes.post(API + "/stop", this::stop);
  }

  private void trials(RoutesConfig routes) {
    String unit = "/plugins/{id}";
    body(routes, unit + "/promote", 200, trials::promote);
    body(routes, unit + "/rehearse", 202, trials::rehearse);
    start(routes, "/replay", trials::replay);
    paths.add("POST " + REHEARSE);
    routes.post(
        REHEARSE,
        context -> {
          authorize(context);
          context.status(202);
          // The body is code, whatever its type says; some clients call every body a form.
          Parameters query = new Parameters(context::queryParams, services.clock().instant());
          answers.json(context, trials.rehearseFile(code(context), query, actor(context)));
        });
  }

  private interface OnUnit {
    Object run(String unit, byte[] body, String actor);
  }

  /** A command on a unit with a body. */
  private void body(RoutesConfig routes, String path, int status, OnUnit action) {
    paths.add("POST " + API + path);
    routes.post(
        API + path,
        context -> {
          authorize(context);
          context.status(status);
          answers.json(
              context, action.run(context.pathParam("id"), context.bodyAsBytes(), actor(context)));
        });
  }

  private void exchange(RoutesConfig routes) {
    ExchangeJobs jobs = services.exchange();
    start(routes, "/export", (body, actor) -> jobs.export(ExchangeRequest.export(body), actor));
    start(
        routes, "/import", (body, actor) -> jobs.importFrom(ExchangeRequest.imported(body), actor));
    start(routes, "/backup", (body, actor) -> jobs.backup(actor));
    start(routes, "/retention", (body, actor) -> jobs.retention(StoreRequest.dryRun(body), actor));
    start(routes, "/verify", (body, actor) -> jobs.verify(StoreRequest.backup(body), actor));
    String job = API + "/jobs/{id}";
    paths.add(job);
    routes.get(job, context -> answers.json(context, jobs.page(context.pathParam("id"))));
  }

  /** A command that goes on after the answer, which tells the job to ask for. */
  private void start(RoutesConfig routes, String path, BiFunction<byte[], String, Object> action) {
    paths.add("POST " + API + path);
    routes.post(
        API + path,
        context -> {
          authorize(context);
          context.status(202);
          answers.json(context, action.apply(context.bodyAsBytes(), actor(context)));
        });
  }

  private void saveHappyPath(RoutesConfig routes) {
    paths.add("POST " + API + "/happy-paths");
    routes.post(
        API + "/happy-paths",
        context -> {
          authorize(context);
          answers.json(context, happyPaths.save(context.bodyAsBytes(), actor(context)));
        });
  }

  private void prometheus(RoutesConfig routes) {
    form(routes, "/query", (context, parameters) -> prometheus.query(parameters));
    form(routes, "/query_range", (context, parameters) -> prometheus.queryRange(parameters));
    form(routes, "/series", (context, parameters) -> prometheus.series(parameters));
    form(routes, "/labels", (context, parameters) -> prometheus.labels(parameters));
    form(
        routes,
        "/label/{name}/values",
        (context, parameters) -> prometheus.labelValues(parameters, context.pathParam("name")));
    form(routes, "/metadata", (context, parameters) -> prometheus.metadata(parameters));
    form(routes, "/status/buildinfo", (context, parameters) -> prometheus.buildInfo());
  }

  private void get(RoutesConfig routes, String path, Function<Parameters, Object> answer) {
    paths.add(path);
    routes.get(path, context -> answers.json(context, answer.apply(parameters(context))));
  }

  private void query(RoutesConfig routes, String path, Function<Parameters, Object> answer) {
    paths.add(path);
    routes.get(
        path, context -> gate.run(() -> answered(context, answer.apply(parameters(context)))));
  }

  private void form(
      RoutesConfig routes, String path, BiFunction<Context, Parameters, Object> answer) {
    paths.add(PROMETHEUS + path);
    Handler handler =
        context -> {
          Parameters parameters = parameters(context);
          // A form is read to its end before it takes a turn; a slow sender holds up nobody.
          parameters.text("query");
          gate.run(() -> answered(context, answer.apply(context, parameters)));
        };
    routes.get(PROMETHEUS + path, handler);
    routes.post(PROMETHEUS + path, handler);
  }

  private void command(
      RoutesConfig routes, String path, BiFunction<String, String, Object> action) {
    paths.add("POST " + API + path);
    routes.post(
        API + path,
        context -> {
          authorize(context);
          answers.json(context, action.apply(context.pathParam("id"), actor(context)));
        });
  }

  private void stop(Context context) throws IOException {
    authorize(context);
    byte[] answer = WebJson.bytes(Map.of("status", "stopping"));
    context.status(202).contentType("application/json");
    context.res().setContentLength(answer.length);
    // Written to the end before the stop begins, which closes this very server.
    ServletOutputStream out = context.res().getOutputStream();
    out.write(answer);
    out.close();
    if (stopping.compareAndSet(false, true)) {
      services.audit().done(new Deed(actor(context), AuditAction.STOP, "daemon"), Map.of());
      new Thread(services.stop(), "http-stop").start();
    }
  }

  private static String actor(Context context) {
    return Actor.of(context.header("User-Agent"));
  }

  private void authorize(Context context) {
    authorize(services.token(), context.header("Authorization"));
  }

  static void authorize(Token token, @Nullable String header) {
    if (!token.isCarriedBy(header)) {
      throw new MonitorException(
          ErrorCode.HTTP_UNAUTHORIZED,
          Blame.OPERATOR,
          "This needs the token; send 'Authorization: Bearer' with the content of the file"
              + " 'token' in the data directory");
    }
  }

  private boolean answered(Context context, Object answer) {
    answers.json(context, answer);
    return true;
  }

  private Parameters parameters(Context context) {
    return Parameters.of(context, services.clock().instant());
  }

  private String index() {
    StringBuilder text = new StringBuilder("vllm-monitor " + services.info().version() + "\n\n");
    paths.forEach(
        path -> text.append(path.startsWith("POST") ? "" : "GET  ").append(path).append('\n'));
    return text.append("\nSee docs/rest-api.md.\n").toString();
  }

  /** What remains of a failure that left nothing to answer with, such as too deep a recursion. */
  static byte[] lastResort() {
    return ProblemDetails.bytes(
        500, ErrorCode.INTERNAL, "The monitor failed to answer; its log has the details");
  }
}
