package io.vllmmonitor.plugin.source.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.Answer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkSignsRulesTest {
  private static final String LIFE = "start-1";

  private final WorkSigns signs = new WorkSigns(3, Duration.ofSeconds(7));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @BeforeEach
  void idle() {
    for (int i = 0; i < 10; i++) {
      assertThat(second(LIFE, 5, 34)).isEqualTo(Answer.NO);
    }
  }

  @Test
  void idleConnectionsThatAreClosedInTimeAreNoWork() {
    for (int i = 0; i < 7; i++) {
      assertThat(second(LIFE, 5, 54)).isEqualTo(Answer.NO);
    }
    assertThat(second(LIFE, 5, 34)).isEqualTo(Answer.NO);
    assertThat(second(LIFE, 5, 54)).isEqualTo(Answer.NO);
  }

  @Test
  void connectionsThatStayOpenWhileNothingMovesAreWork() {
    for (int i = 0; i < 8; i++) {
      assertThat(second(LIFE, 5, 37)).isEqualTo(Answer.NO);
    }
    assertThat(second(LIFE, 5, 37)).isEqualTo(Answer.YES);
    assertThat(second(LIFE, 6, 37)).as("it moved").isEqualTo(Answer.NO);
  }

  @Test
  void oneOrTwoConnectionsMoreProveNothing() {
    for (int i = 0; i < 60; i++) {
      assertThat(second(LIFE, 5, 36)).isEqualTo(Answer.NO);
    }
  }

  @Test
  void anotherLifeHasAnotherFloor() {
    for (int i = 0; i < 60; i++) {
      assertThat(second("start-2", 5, 60)).isEqualTo(Answer.NO);
    }
  }

  @Test
  void refusalsThatGrowWhileNothingMovesAreWork() {
    assertThat(refused(3)).isEqualTo(Answer.NO);
    assertThat(refused(3)).isEqualTo(Answer.NO);
    assertThat(refused(4)).isEqualTo(Answer.YES);
  }

  @Test
  void requestsInTheGaugesOrInFlightAreWork() {
    PageReading page = page(5, 34);
    page.take(SeriesKey.of("vllm:num_requests_waiting"), 1);
    assertThat(signs.pending(page, LIFE, null, now)).isEqualTo(Answer.YES);
    assertThat(signs.pending(page(5, 34), LIFE, 2.0, now)).isEqualTo(Answer.YES);
    assertThat(signs.pending(page(5, 34), LIFE, 0.0, now)).isEqualTo(Answer.NO);
  }

  @Test
  void aPageThatTellsNothingIsUnknown() {
    PageReading page = new PageReading();
    page.take(SeriesKey.of("http_requests_total"), 1);
    assertThat(signs.pending(page, LIFE, null, now)).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void withoutTheEnginesFamiliesConnectionsStillTell() {
    Answer last = Answer.UNKNOWN;
    for (int i = 0; i < 20; i++) {
      now = now.plusSeconds(1);
      PageReading page = new PageReading();
      page.take(SeriesKey.of("process_open_fds"), i < 5 ? 34 : 40);
      last = signs.pending(page, "start-3", null, now);
      assertThat(last).isEqualTo(i < 13 ? Answer.NO : Answer.YES);
    }
    assertThat(last).isEqualTo(Answer.YES);
  }

  private Answer second(String life, double tokens, double files) {
    now = now.plusSeconds(1);
    return signs.pending(page(tokens, files), life, null, now);
  }

  private Answer refused(double count) {
    now = now.plusSeconds(1);
    PageReading page = page(5, 34);
    page.take(SeriesKey.of("vllm:admission_rejections_total"), count);
    return signs.pending(page, LIFE, null, now);
  }

  private static PageReading page(double tokens, double files) {
    PageReading page = new PageReading();
    page.take(SeriesKey.of("vllm:num_requests_running"), 0);
    page.take(SeriesKey.of("vllm:num_requests_waiting"), 0);
    page.take(SeriesKey.of("vllm:generation_tokens_total"), tokens);
    page.take(SeriesKey.of("process_open_fds"), files);
    return page;
  }
}
