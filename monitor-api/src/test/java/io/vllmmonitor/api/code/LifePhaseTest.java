package io.vllmmonitor.api.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LifePhaseTest {
  /** One line per phase, one column per next phase in the same order; x is allowed. */
  private static final String TABLE =
      """
      DISCOVERED   .x..........x....
      STAGED       ..x........xx..x.
      VERIFIED     ...xx......xxx.x.
      COMPILED     ....x......xx..x.
      RESOLVED     .....x.....xxx.x.
      LOADED       ......x....xx..x.
      RESTORED     .......xxx.xx..x.
      REHEARSED    ........xx.xx..x.
      SHADOW       .........xxx..x..
      ACTIVE       ........x.xx..x..
      DRAINING     ...........x.....
      UNLOADED     x...x.......xx.xx
      REJECTED     x...x......x.x.x.
      WAITING      x...x......xx..x.
      DEGRADED     ........xxxx.....
      QUARANTINED  x...x......x.x...
      ROLLED_BACK  x...x......x.x.x.
      """;

  @Test
  void everyPairIsAllowedOrForbiddenAsTheTableSays() {
    StringBuilder drawn = new StringBuilder();
    for (LifePhase from : LifePhase.values()) {
      drawn.append(String.format(java.util.Locale.ROOT, "%-13s", from));
      for (LifePhase to : LifePhase.values()) {
        drawn.append(from.mayBecome(to) ? 'x' : '.');
      }
      drawn.append('\n');
    }
    assertThat(drawn.toString()).isEqualTo(TABLE);
  }

  @Test
  void nothingBecomesItselfAndEverythingCanComeToRest() {
    for (LifePhase phase : LifePhase.values()) {
      assertThat(phase.mayBecome(phase)).as("%s", phase).isFalse();
      Set<LifePhase> reached = EnumSet.of(phase);
      boolean more = true;
      while (more) {
        more =
            reached.addAll(
                reached.stream().flatMap(one -> one.next().stream()).collect(Collectors.toSet()));
      }
      assertThat(reached).as("%s", phase).contains(LifePhase.UNLOADED, LifePhase.ACTIVE);
    }
  }

  @Test
  void whatRunsDoesNotRest() {
    assertThat(Arrays.stream(LifePhase.values()).filter(LifePhase::runs))
        .containsExactly(LifePhase.SHADOW, LifePhase.ACTIVE, LifePhase.DEGRADED)
        .noneMatch(LifePhase::rests);
  }

  @Test
  void theDocumentationHasTheTable() throws IOException {
    String page = Files.readString(Path.of("..").resolve("docs/plugins.md"));
    for (LifePhase phase : LifePhase.values()) {
      String next = phase.next().stream().map(LifePhase::name).collect(Collectors.joining(", "));
      assertThat(page).contains("| " + phase + " | " + next + " |");
    }
  }
}
