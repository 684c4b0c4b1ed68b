package io.vllmmonitor.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatioTableTest {
  private final List<String> steps = new ArrayList<>();
  private final Figures figures = new Figures(steps::add);

  @Test
  void aRatioIsJudgedByItsTwoLimits() {
    figures.put(Requirement.BYTES, Figures.OURS, 0.4);
    figures.put(Requirement.BYTES, Figures.VICTORIA, 0.72);
    figures.put(Requirement.BYTES, Figures.PROMETHEUS, 1.0);

    assertThat(reached(Requirement.BYTES, Figures.VICTORIA)).isEqualTo("must");
    assertThat(reached(Requirement.BYTES, Figures.PROMETHEUS)).isEqualTo("no");
    figures.put(Requirement.BYTES, Figures.VICTORIA, 0.9);
    assertThat(reached(Requirement.BYTES, Figures.VICTORIA)).isEqualTo("stretch");
  }

  @Test
  void whatWasNotMeasuredIsMissed() {
    assertThat(RatioTable.missed(figures)).hasSameSizeAs(Requirement.ALL);
    figures.put(Requirement.LOST, Figures.OURS, 0);
    assertThat(RatioTable.missed(figures)).hasSize(Requirement.ALL.size() - 1);
  }

  @Test
  void theTableHasARowForEveryRequirementAndTheRestBelow() {
    figures.put("something else", Figures.OURS, 1_540_000);
    figures.note("a note");

    String table = RatioTable.of(figures);

    assertThat(table.lines().filter(line -> line.startsWith("|")))
        .hasSize(Requirement.ALL.size() + 2 + 3);
    assertThat(table).contains("1.54 M", "* a note");
  }

  private String reached(String figure, String rival) {
    return Requirement.ALL.stream()
        .filter(one -> one.figure().equals(figure) && rival.equals(one.rival()))
        .findFirst()
        .orElseThrow()
        .reached(figures);
  }
}
