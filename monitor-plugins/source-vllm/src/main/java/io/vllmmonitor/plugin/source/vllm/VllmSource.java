package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.source.Answer;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetSignals;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scrapes one vLLM server: {@code /metrics} first, then, with the time that is left, the health
 * check, planned silence and what the server offers. Only {@code /metrics} can fail the scrape.
 */
final class VllmSource implements MetricsSource {
  private static final String GROWTH = "open_files_growth";
  private static final String KEEP_ALIVE = "keep_alive";
  private static final long DEFAULT_GROWTH = 3;
  private static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(7);

  private final HttpService http;
  private final System.Logger log;
  private final ExpositionReader reader = new ExpositionReader();
  private final Incarnation incarnation = new Incarnation();
  private final RouteFinder routes = new RouteFinder();
  private final VllmConfirmation confirmation = new VllmConfirmation();
  private final WorkSigns work;

  VllmSource(PluginContext context) {
    this.http = context.http();
    this.log = context.log();
    long growth = context.config().integer(GROWTH, DEFAULT_GROWTH);
    if (growth < 1 || growth > 100_000) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Configuration key '" + GROWTH + "' is " + growth + "; expected 1 to 100000");
    }
    this.work =
        new WorkSigns((int) growth, context.config().duration(KEEP_ALIVE, DEFAULT_KEEP_ALIVE));
  }

  @Override
  public String id() {
    return "vllm";
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key(
            GROWTH,
            Long.toString(DEFAULT_GROWTH),
            "By how many descriptors process_open_fds must rise while nothing moves to count as"
                + " pending work."),
        new ConfigSpec.Key(
            KEEP_ALIVE,
            "7s",
            "How long such a rise must last; more than the server's keep-alive time"
                + " (VLLM_HTTP_TIMEOUT_KEEP_ALIVE, 5 s)."));
  }

  @Override
  public List<MetricSpec> metrics() {
    return FamilyTable.read();
  }

  @Override
  public void probe(Target target, CollectScope scope) {
    HttpAnswer answer = MetricsPage.fetch(http, target, scope);
    PageReading page = new PageReading();
    new ExpositionReader().read(answer.body(), MetricsPage.isOpenMetrics(answer), page::take);
    if (!page.isVllm()) {
      new VllmConfirmation().require(http, target, scope);
    }
  }

  @Override
  public void collect(Target target, SampleSink sink, CollectScope scope) {
    HttpAnswer answer = MetricsPage.answerOf(http, scope);
    PageReading page = new PageReading();
    try {
      MetricsPage.check(answer, target);
      reader.read(
          answer.body(),
          MetricsPage.isOpenMetrics(answer),
          (series, value) -> {
            page.take(series, value);
            sink.sample(series, value);
          });
      if (!page.isVllm()) {
        confirmation.require(http, target, scope);
      }
    } catch (MonitorException e) {
      // It answers, only not with a usable page: its health is still worth knowing.
      Answer healthy = health(new SideQuestions(http, scope, log));
      sink.signals(TargetSignals.builder().healthy(healthy).build());
      throw e;
    }
    sink.signals(signals(page, scope));
  }

  private TargetSignals signals(PageReading page, CollectScope scope) {
    SideQuestions questions = new SideQuestions(http, scope, log);
    String life = incarnation.of(page, scope.at());
    Answer healthy = health(questions);
    TargetCapabilities offered = routes.find(questions, life, scope.at());
    Answer paused = flag(questions, offered, "/is_paused", "is_paused");
    Answer sleeping =
        Double.isNaN(page.awake())
            ? flag(questions, offered, "/is_sleeping", "is_sleeping")
            : Answer.of(page.awake() == 0);
    return TargetSignals.builder()
        .healthy(healthy)
        .paused(paused)
        .sleeping(sleeping)
        .workPending(work.pending(page, life, load(questions, offered), scope.at()))
        .incarnation(life)
        .progress(page.showsProgress() ? page.fingerprint() : null)
        .capabilities(offered)
        .build();
  }

  private static Answer health(SideQuestions questions) {
    HttpAnswer answer = questions.get("/health");
    if (answer == null) {
      return Answer.UNKNOWN;
    }
    return switch (answer.status()) {
      case 200 -> Answer.YES;
      case 503 -> Answer.NO;
      default -> Answer.UNKNOWN;
    };
  }

  private static Answer flag(
      SideQuestions questions, TargetCapabilities offered, String path, String field) {
    if (!offered.serves("GET " + path)) {
      return Answer.UNKNOWN;
    }
    Map<String, @Nullable Object> answer = questions.getObject(path);
    return answer.get(field) instanceof Boolean value ? Answer.of(value) : Answer.UNKNOWN;
  }

  private static @Nullable Double load(SideQuestions questions, TargetCapabilities offered) {
    if (!offered.serves("GET /load")) {
      return null;
    }
    return questions.getObject("/load").get("server_load") instanceof Double count ? count : null;
  }

  @Override
  public void saveState(StateWriter state) {
    incarnation.save(state);
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    incarnation.restore(state);
  }
}
