package io.vllmmonitor.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private final Breaker breaker = new Breaker();
  private long now = Long.MAX_VALUE - 1_000; // a ticker may be anywhere, and overflow

  @Test
  void fiveFailuresInARowOpenItAndFourDoNot() {
    for (int i = 0; i < 4; i++) {
      assertThat(breaker.failed(now)).isFalse();
    }
    assertThat(breaker.lets(now)).isTrue();
    assertThat(breaker.succeeded()).isFalse();
    for (int i = 0; i < 4; i++) {
      assertThat(breaker.failed(now)).isFalse();
    }
    assertThat(breaker.failed(now)).isTrue();
    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
    assertThat(breaker.lets(now)).isFalse();
  }

  @Test
  void moreThanHalfOfTheLastTwentyOpenItAndHalfDoNot() {
    for (int i = 0; i < 10; i++) {
      assertThat(breaker.failed(now)).isFalse();
      breaker.succeeded();
    }
    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    // The oldest of the twenty was a failure; this one takes its place, and the next a success'.
    assertThat(breaker.failed(now)).isFalse();
    assertThat(breaker.failed(now)).isTrue();
  }

  @Test
  void failuresOfLongAgoDoNotCount() {
    for (int i = 0; i < 4; i++) {
      breaker.failed(now);
    }
    for (int i = 0; i < 20; i++) {
      breaker.succeeded();
    }
    for (int i = 0; i < 4; i++) {
      assertThat(breaker.failed(now)).isFalse();
    }
    assertThat(breaker.failuresInARow()).isEqualTo(4);
  }

  @Test
  void oneCallIsTriedAfterASecondAndTheWaitDoublesUpToFiveMinutesForEver() {
    open();
    long wait = 1_000;
    for (int i = 0; i < 15; i++) {
      assertThat(breaker.heldFor(now)).isEqualTo(Duration.ofMillis(wait));
      now += Duration.ofMillis(wait).toNanos() - 1;
      assertThat(breaker.lets(now)).isFalse();
      now++;
      assertThat(breaker.lets(now)).isTrue();
      assertThat(breaker.state()).isEqualTo(Breaker.State.HALF_OPEN);
      assertThat(breaker.failed(now)).isFalse();
      wait = Math.min(wait * 2, 300_000);
    }
    assertThat(wait).isEqualTo(300_000);
  }

  @Test
  void aCallThatGoesWellClosesItAndTheNextOpeningWaitsASecondAgain() {
    open();
    now += Duration.ofSeconds(1).toNanos();
    assertThat(breaker.lets(now)).isTrue();
    breaker.failed(now);
    now += Duration.ofSeconds(2).toNanos();
    assertThat(breaker.lets(now)).isTrue();
    assertThat(breaker.succeeded()).isTrue();
    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    assertThat(breaker.failuresInARow()).isZero();
    open();
    assertThat(breaker.heldFor(now)).isEqualTo(Duration.ofSeconds(1));
  }

  private void open() {
    for (int i = 0; i < Breaker.IN_A_ROW; i++) {
      breaker.failed(now);
    }
    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
  }
}
