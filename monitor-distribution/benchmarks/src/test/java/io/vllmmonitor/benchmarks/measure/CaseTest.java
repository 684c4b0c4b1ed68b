package io.vllmmonitor.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.benchmarks.peer.Answer;
import io.vllmmonitor.benchmarks.workload.SyntheticServer;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaseTest {
  private static final Workload WORKLOAD =
      Workload.endingNow(
          "test",
          SyntheticServer.scrapes(1, 300),
          300,
          Duration.ofSeconds(1),
          Instant.parse("2026-01-02T03:04:05.678Z"));

  @Test
  void noSampleLiesOnTheEdgeOfAWindow() {
    assertThat(WORKLOAD.timeOf(17) % 1000).isEqualTo(500);
    assertThat(WORKLOAD.end() % 1000).isZero();
  }

  @Test
  void theRightAnswersHaveAllSeriesAndTimes() {
    List<Case> cases = Case.of(WORKLOAD);

    assertThat(cases.get(0).right().size()).isEqualTo(300);
    assertThat(cases.get(1).right().series()).hasSize(20);
    assertThat(cases.get(1).right().series().values().iterator().next()).hasSizeBetween(3, 5);
    assertThat(cases.get(2).right().size()).isEqualTo(SyntheticServer.SERIES);
    assertThat(cases.get(3).right().size()).isEqualTo(SyntheticServer.SERIES);
  }

  @Test
  void aWrongValueAndAMissingSampleAreNoticed() throws Exception {
    Answer right = answer("[1.5,\"2\"],[2.5,\"4\"]");

    assertThat(answer("[1.5,\"2\"],[2.5,\"4\"]").differenceFrom(right)).isZero();
    assertThat(answer("[1.5,\"2\"],[2.5,\"3\"]").differenceFrom(right)).isEqualTo(0.25);
    assertThat(answer("[1.5,\"2\"]").differenceFrom(right)).isInfinite();
    assertThat(answer("[1.5,\"2\"],[2.6,\"4\"]").differenceFrom(right)).isInfinite();
    assertThat(answer("[1.5,\"2\"],[2.5,\"NaN\"]").differenceFrom(right)).isInfinite();
  }

  private static Answer answer(String samples) throws Exception {
    String json =
        "{\"data\":{\"result\":[{\"metric\":{\"id\":\"1\"},\"values\":[" + samples + "]}]}}";
    return Answer.parse(json.getBytes(StandardCharsets.UTF_8));
  }
}
