package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.StaleMarker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeMetricViewTest {
  private final FakeMetricView view = FakeMetricView.empty();

  @Test
  void windowsAreMeasuredOverTheirRealSpan() {
    for (double value : new double[] {10, 14, 2, 6}) {
      view.later(Duration.ofSeconds(2)).sample("c", value).sample("g", 3 * value);
    }
    assertThat(view.increase("c", 60)).as("4, a reset to 2, 4").isEqualTo(10);
    assertThat(view.rate("c", 60)).isCloseTo(10 / 6.0, within(1e-9));
    assertThat(view.increase("c", 2)).isEqualTo(4);
    assertThat(view.mean("g", 2)).isEqualTo(12);
    assertThat(view.slope("g", 60)).isCloseTo(-3.6, within(1e-9));
    assertThat(view.missing()).isEmpty();
  }

  @Test
  void severalSeriesAreAddedUpOrAmbiguous() {
    view.sample("g{engine=\"0\"}", 1).sample("g{engine=\"1\"}", 5);
    assertThat(view.sum("g")).isEqualTo(6);
    assertThat(view.max("g")).isEqualTo(5);
    assertThat(view.min("g")).isEqualTo(1);
    assertThat(view.value("g{engine!=\"0\"}")).isEqualTo(5);
    assertThatThrownBy(() -> view.value("g")).isInstanceOf(MonitorException.class);
  }

  @Test
  void whatIsMissingOldOrGoneIsMarked() {
    view.sample("old", 1).later(Duration.ofSeconds(16));
    view.sample("gone", StaleMarker.value());
    assertThat(view.value("old")).isNaN();
    assertThat(view.value("gone")).isNaN();
    assertThat(view.rate("never", 30)).isNaN();
    assertThat(view.has("never")).isFalse();
    assertThat(view.valueOr("other", 7)).isEqualTo(7);
    assertThat(view.missing()).containsExactly("old", "gone", "never");
    assertThat(view.age("old")).isEqualTo(16);
  }

  @Test
  void quantilesAreInterpolatedInTheirBucket() {
    for (int i = 0; i < 2; i++) {
      view.later(Duration.ofSeconds(1));
      view.sample("h_bucket{le=\"1\"}", 10 * i);
      view.sample("h_bucket{le=\"2\"}", 30 * i);
      view.sample("h_bucket{le=\"+Inf\"}", 40 * i);
    }
    assertThat(view.quantile("h", 0.5, 30)).isCloseTo(1.5, within(1e-9));
    assertThat(view.quantile("h", 0.99, 30)).isEqualTo(2);
    assertThat(view.quantile("none", 0.5, 30)).isNaN();
  }

  @Test
  void olderNamesAreFound() {
    MetricSpec spec =
        MetricSpec.of("new", MetricKind.GAUGE, MetricType.RESOURCE, "", "h").withAliases("old");
    view.knowing(List.of(spec)).sample("old", 4);
    assertThat(view.value("new")).isEqualTo(4);
  }

  @Test
  void aRecordingIsReplayedScrapeByScrape() {
    int[] scrapes = {0};
    Recording.of(Recording.Session.KV_PRESSURE_AND_TIMEOUT)
        .replay(
            (seen, scrape) -> {
              scrapes[0]++;
              assertThat(seen.now()).isEqualTo(scrape.at());
              assertThat(scrape.answered()).isEqualTo(!scrape.samples().isEmpty());
            });
    assertThat(scrapes[0]).isEqualTo(166);
  }
}
