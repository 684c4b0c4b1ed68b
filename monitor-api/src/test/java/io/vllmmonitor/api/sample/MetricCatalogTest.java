package io.vllmmonitor.api.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricCatalogTest {
  private final MetricCatalog catalog = new MetricCatalog();

  @BeforeEach
  void twoFamiliesThatWereRenamed() {
    catalog.add(
        List.of(
            MetricSpec.of("kv", MetricKind.GAUGE, MetricType.RESOURCE, "ratio", "KV cache")
                .withAliases("gpu_kv", "old_kv"),
            MetricSpec.of("itl", MetricKind.HISTOGRAM, MetricType.PERFORMANCE, "seconds", "ITL")
                .withAliases("tpot")));
  }

  @Test
  void theAskedNameComesFirstThenTheCurrentThenOlderOnes() {
    assertThat(catalog.names("kv")).containsExactly("kv", "gpu_kv", "old_kv");
    assertThat(catalog.names("old_kv")).containsExactly("old_kv", "kv", "gpu_kv");
  }

  @Test
  void partsOfAHistogramAreCarriedOver() {
    assertThat(catalog.names("itl_bucket")).containsExactly("itl_bucket", "tpot_bucket");
    assertThat(catalog.names("tpot_sum")).containsExactly("tpot_sum", "itl_sum");
    assertThat(catalog.family("tpot_count")).map(MetricSpec::name).contains("itl");
  }

  @Test
  void anUnknownNameIsItself() {
    assertThat(catalog.names("other_bucket")).containsExactly("other_bucket");
    assertThat(catalog.family("other")).isEmpty();
  }

  @Test
  void everyFamilyIsListedOnce() {
    assertThat(catalog.families()).hasSize(2);
  }
}
