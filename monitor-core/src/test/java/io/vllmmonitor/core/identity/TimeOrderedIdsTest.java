package io.vllmmonitor.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TimeOrderedIdsTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-25T00:00:00Z"));
  private final InstantSource clock = now::get;
  private final TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(1));

  @Test
  void idsSortByTheTimeTheyWereMade() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      made.add(ids.next());
      if (i % 100 == 0) {
        now.updateAndGet(t -> t.plusMillis(7));
      }
    }

    assertThat(made).isSorted().doesNotHaveDuplicates();
    assertThat(made).allSatisfy(id -> assertThat(id).matches("[0-9a-v]{19}"));
  }

  @Test
  void aClockThatGoesBackMakesNoIdTwice() {
    String before = ids.next();
    now.updateAndGet(t -> t.minusSeconds(3_600));

    assertThat(ids.next()).isGreaterThan(before);
  }
}
