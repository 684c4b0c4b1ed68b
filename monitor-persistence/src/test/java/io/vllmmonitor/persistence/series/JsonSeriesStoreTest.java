package io.vllmmonitor.persistence.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.testkit.store.SeriesStoreContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class JsonSeriesStoreTest extends SeriesStoreContract {
  private final List<Problem> problems = new ArrayList<>();

  @TempDir Path folder;

  @Override
  protected SeriesStore open() {
    JsonSeriesStore store =
        JsonSeriesStore.open(
            folder.resolve("metrics"),
            SeriesOptions.standard(),
            true,
            clock,
            System::nanoTime,
            problems);
    store.onDamage(problems::add);
    return store;
  }

  @AfterEach
  void nothingWasDamaged() {
    assertThat(problems).isEmpty();
  }
}
