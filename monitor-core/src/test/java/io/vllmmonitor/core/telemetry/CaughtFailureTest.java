package io.vllmmonitor.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import org.junit.jupiter.api.Test;

class CaughtFailureTest {
  private static final class Hostile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no");
    }
  }

  @Test
  void aCodedFailureKeepsItsCodeAndBlame() {
    MonitorException thrown =
        new MonitorException(ErrorCode.SELECTOR_AMBIGUOUS, Blame.OPERATOR, "two series match");
    assertThat(CaughtFailure.of(thrown, ErrorCode.PLUGIN_CALL_FAILED))
        .isEqualTo(
            new CaughtFailure(ErrorCode.SELECTOR_AMBIGUOUS, Blame.OPERATOR, "two series match"));
  }

  @Test
  void aMessageThatThrowsIsSurvived() {
    CaughtFailure failure = CaughtFailure.of(new Hostile(), ErrorCode.PLUGIN_CALL_FAILED);
    assertThat(failure.blame()).isEqualTo(Blame.PLUGIN);
    assertThat(failure.message()).contains("Hostile").contains("cannot be read");
  }

  @Test
  void aLongMessageIsCut() {
    assertThat(CaughtFailure.of(new Error("x".repeat(5_000)), ErrorCode.INTERNAL).message())
        .hasSize(1_000);
  }
}
