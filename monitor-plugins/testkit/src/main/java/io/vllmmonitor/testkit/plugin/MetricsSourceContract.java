package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.target.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every source must keep to. The author brings a source and three kinds of server. */
public abstract class MetricsSourceContract extends ExtensionContract<MetricsSource> {
  private static final double STEPS = 100_000_000;
  private static final String[] PIECES = {
    "# TYPE ",
    "# HELP ",
    "x",
    "_total",
    "{",
    "}",
    "\n",
    " ",
    "=",
    "\"",
    ",",
    "\\",
    "NaN",
    "+Inf",
    "-1",
    "1e309",
    "0x1p3",
    "1700000000000",
    "\t",
    "\r",
    "# EOF",
    "le",
    "vllm:num_requests_running",
    "\uFFFD",
    "\u0000"
  };

  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

  /** A new source. What it asks is answered by the server chosen last. */
  protected abstract MetricsSource source();

  /** The target that {@link #source} is for. */
  protected abstract Target target();

  /** From now on the target is a server that the source understands. */
  protected abstract void serveMetrics();

  /** From now on the target answers everything with a web page. */
  protected abstract void serveWebPage();

  /** From now on the target serves this text where its metrics were, as a page of metrics. */
  protected abstract void servePage(String text);

  /** From now on nothing listens at the target. */
  protected abstract void serveNothing();

  @Override
  MetricsSource create() {
    return source();
  }

  @Override
  void prepare() {
    serveMetrics();
  }

  @Override
  String answer(MetricsSource source, int number) {
    RecordingSink sink = collected(source, AT.plusSeconds(number));
    return sink.samples() + " " + sink.signals();
  }

  /** A page put together of pieces of pages: a page or a coded failure, nothing else. */
  @Override
  void strange(MetricsSource source, RandomInput random) {
    StringBuilder page = new StringBuilder();
    for (int i = random.below(60); i > 0; i--) {
      page.append(PIECES[random.below(PIECES.length)]);
    }
    servePage(page.toString());
    collected(source, random.at());
  }

  @Override
  double budget() {
    return STEPS;
  }

  @Test
  void everyFamilyNameIsDeclaredOnce() {
    List<String> names = new ArrayList<>();
    for (MetricSpec spec : source().metrics()) {
      names.add(spec.name());
      names.addAll(spec.aliases());
      assertThat(spec.help()).as(spec.name()).isNotBlank();
    }
    assertThat(names).doesNotHaveDuplicates();
  }

  @Test
  void aServerItUnderstandsIsConfirmedAndCollected() {
    serveMetrics();
    MetricsSource source = source();
    source.probe(target(), FakeScope.at(AT));
    assertThat(collected(source, AT).samples()).isNotEmpty();
  }

  @Test
  void theSameSeriesComesAsTheSameObject() {
    serveMetrics();
    MetricsSource source = source();
    List<SeriesKey> first = new ArrayList<>(collected(source, AT).samples().keySet());
    List<SeriesKey> second =
        new ArrayList<>(collected(source, AT.plusSeconds(1)).samples().keySet());
    assertThat(second).isEqualTo(first);
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i)).isSameAs(first.get(i));
    }
  }

  @Test
  void aWebPageIsRefusedByName() {
    serveWebPage();
    assertThatThrownBy(
            () -> source().probe(target(), FakeScope.at(AT)), "probe() must throw for a web page")
        .isInstanceOfSatisfying(
            MonitorException.class,
            e ->
                assertThat(e.code()).isIn(ErrorCode.TARGET_NOT_METRICS, ErrorCode.TARGET_NOT_VLLM));
    assertThatThrownBy(() -> collected(source(), AT), "collect() must throw for a web page")
        .isInstanceOfSatisfying(
            MonitorException.class,
            e ->
                assertThat(e.code()).isIn(ErrorCode.TARGET_NOT_METRICS, ErrorCode.TARGET_NOT_VLLM));
  }

  @Test
  void aServerThatIsNotThereFailsTheCollection() {
    serveNothing();
    assertThatThrownBy(
            () -> collected(source(), AT), "collect() must throw where no server answers")
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE));
  }

  @Test
  void itRecoversWhenTheServerIsBack() {
    MetricsSource source = source();
    serveNothing();
    assertThatThrownBy(() -> collected(source, AT)).isInstanceOf(MonitorException.class);
    serveMetrics();
    assertThat(collected(source, AT.plusSeconds(1)).samples()).isNotEmpty();
  }

  private RecordingSink collected(MetricsSource source, Instant at) {
    RecordingSink sink = new RecordingSink();
    source.collect(target(), sink, FakeScope.at(at));
    return sink;
  }
}
