package io.vllmmonitor.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SeriesKey;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyntheticServerTest {
  @Test
  void theSameSeedMakesTheSameScrapes() {
    List<Scrape> one = SyntheticServer.scrapes(7, 20);
    List<Scrape> other = SyntheticServer.scrapes(7, 20);
    List<Scrape> unlike = SyntheticServer.scrapes(8, 20);

    for (int i = 0; i < 20; i++) {
      assertThat(one.get(i).values()).isEqualTo(other.get(i).values());
    }
    assertThat(one.get(19).values()).isNotEqualTo(unlike.get(19).values());
    assertThat(one.get(19).series()).isSameAs(one.get(0).series());
  }

  @Test
  void aPageHasTheKindsOfSeriesInTheirShares() {
    List<SeriesKey> series = SyntheticServer.scrapes(1, 1).get(0).series();

    assertThat(series).hasSize(SyntheticServer.SERIES);
    assertThat(new HashSet<>(series)).hasSize(SyntheticServer.SERIES);
    assertThat(share(series, "_bucket", "_count", "kind_\\d_total")).isEqualTo(600);
    assertThat(share(series, "_perc", "_per_s")).isEqualTo(248);
    assertThat(share(series, "state_\\d+")).isEqualTo(100);
    assertThat(share(series, "_sum", "stage_\\d_total")).isEqualTo(52);
  }

  private static long share(List<SeriesKey> series, String... ends) {
    String pattern = ".*(" + String.join("|", ends) + ")";
    return series.stream().filter(key -> key.name().matches(pattern)).count();
  }

  @Test
  void bucketsAndCountersOnlyGrow() {
    List<Scrape> scrapes = SyntheticServer.scrapes(3, 50);
    List<SeriesKey> series = scrapes.get(0).series();

    for (int i = 0; i < series.size(); i++) {
      if (series.get(i).name().matches(".*(_bucket|_count|_sum|_total)")) {
        for (int scrape = 1; scrape < scrapes.size(); scrape++) {
          assertThat(scrapes.get(scrape).values()[i])
              .isGreaterThanOrEqualTo(scrapes.get(scrape - 1).values()[i]);
        }
      }
    }
  }
}
