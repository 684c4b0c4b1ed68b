package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.persistence.query.Samples.second;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import java.util.List;
import org.junit.jupiter.api.Test;

class AliasedSeriesTest {
  private static final double STALE = StaleMarker.value();

  private final Samples samples = new Samples();
  private final AliasedSeries series = new AliasedSeries(samples.store, samples.catalog);

  @Test
  void aRenamedMetricIsOneHistoryUnderTheAskedName() {
    samples.with("old_kv", 1, 0.1, 2, 0.2, 3, STALE).with("kv", 3, 0.3, 4, 0.4);
    assertThat(read("kv")).containsExactly("kv 1=0.1 2=0.2 3=0.3 4=0.4");
    assertThat(read("old_kv")).containsExactly("old_kv 1=0.1 2=0.2 3=0.3 4=0.4");
  }

  @Test
  void aMarkerThatLeavesAGapStays() {
    samples.with("old_kv", 1, 0.1, 2, STALE).with("kv", 5, 0.5);
    assertThat(read("kv")).containsExactly("kv 1=0.1 2=stale 5=0.5");
    assertThat(read("old_kv")).containsExactly("old_kv 1=0.1 2=stale 5=0.5");
  }

  @Test
  void theAskedNameRulesTheTimeItCovers() {
    samples.with("gpu_kv", 1, 1, 2, 2, 3, 3, 4, 4, 5, 5).with("kv", 2, 20, 4, 40);
    assertThat(read("kv")).containsExactly("kv 1=1 2=20 4=40 5=5");
    assertThat(read("gpu_kv")).containsExactly("gpu_kv 1=1 2=2 3=3 4=4 5=5");
  }

  @Test
  void threeNamesChain() {
    samples
        .with("old_kv", 1, 1, 2, 2, 3, 3)
        .with("gpu_kv", 3, 30, 4, 40, 5, 50)
        .with("kv", 5, 500, 6, 600);
    assertThat(read("kv")).containsExactly("kv 1=1 2=2 3=30 4=40 5=500 6=600");
  }

  @Test
  void labelSetsStayApart() {
    samples.with("old_kv{engine=\"0\"}", 1, 1).with("kv{engine=\"1\"}", 1, 2);
    assertThat(read("kv")).containsExactly("kv{engine=\"0\"} 1=1", "kv{engine=\"1\"} 1=2");
    assertThat(read("kv{engine=\"0\"}")).containsExactly("kv{engine=\"0\"} 1=1");
    assertThat(read("{engine=\"0\"}")).containsExactly("old_kv{engine=\"0\"} 1=1");
  }

  @Test
  void nothingButMarkersCoversNothing() {
    samples.with("kv", 2, STALE, 4, STALE).with("old_kv", 1, 1, 2, 2, 3, 3);
    assertThat(read("kv")).containsExactly("kv 1=1 2=2 3=3 4=stale");
  }

  @Test
  void seriesAreListedOnceUnderTheAskedName() {
    samples.with("old_kv{engine=\"0\"}", 1, 1).with("kv{engine=\"0\"}", 2, 2);
    assertThat(series.series(SeriesSelector.ofName("kv"), second(0), second(9)))
        .extracting(SeriesKey::toString)
        .containsExactly("kv{engine=\"0\"}");
    assertThat(series.series(SeriesSelector.ofName("kv"), second(3), second(9))).isEmpty();
  }

  @Test
  void theLimitCountsAllNamesTogether() {
    samples.with("old_kv", 1, 1, 2, 2).with("kv", 3, 3, 4, 4);
    assertThat(series.read(SeriesSelector.ofName("kv"), second(0), second(9), 4)).hasSize(1);
    assertThatThrownBy(() -> series.read(SeriesSelector.ofName("kv"), second(0), second(9), 3))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_TOO_LARGE));
  }

  @Test
  void aCostlyPatternIsRefusedBeforeTheStoreSeesIt() {
    SeriesSelector selector = SeriesSelector.parse("kv{a=~\"((a{100}){100}){100}\"}");
    assertThatThrownBy(() -> series.read(selector, second(0), second(9), 4))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SELECTOR_MALFORMED));
  }

  private List<String> read(String selector) {
    return series.read(SeriesSelector.parse(selector), second(0), second(99), 1_000).stream()
        .map(Samples::text)
        .toList();
  }
}
