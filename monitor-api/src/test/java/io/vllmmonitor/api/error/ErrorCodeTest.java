package io.vllmmonitor.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  @Test
  void everyCodeHasANumberOfItsOwn() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::number)).doesNotHaveDuplicates();
  }

  @Test
  void aFailureTellsCodeNameAndMessage() {
    MonitorException failure =
        new MonitorException(ErrorCode.STORE_OWNED, Blame.OPERATOR, "owned by 17");

    assertThat(failure.describe()).isEqualTo("VMON-7001 STORE_OWNED: owned by 17");
    assertThat(failure.blame()).isEqualTo(Blame.OPERATOR);
  }
}
