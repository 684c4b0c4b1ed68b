package io.vllmmonitor.persistence.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.testkit.store.RecordStoreContract;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class JsonRecordStoreTest extends RecordStoreContract {
  private final List<Problem> problems = new ArrayList<>();

  @TempDir Path folder;

  @Override
  protected RecordStore open() {
    return JsonRecordStore.open(
        folder.resolve("records"), true, ManualClock.at("2026-11-25T12:00:00Z"), problems);
  }

  @AfterEach
  void nothingWasDamaged() {
    assertThat(problems).isEmpty();
  }
}
