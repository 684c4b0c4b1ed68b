package io.vllmmonitor.persistence.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.target.TargetId;
import org.junit.jupiter.api.Test;

class RecordIdsTest {
  @Test
  void partsThatHoldASeparatorDoNotCollide() {
    assertThat(RecordIds.state("a|b", "c", null)).isNotEqualTo(RecordIds.state("a", "b|c", null));
    assertThat(RecordIds.state("a", "b", null))
        .isNotEqualTo(RecordIds.state("a", "b", new TargetId("x:1")));
  }

  @Test
  void onlySafeCharactersAppear() {
    String id = RecordIds.problem(ErrorCode.PLUGIN_MANIFEST, "../ä b%#|\u0000.jar");
    assertThat(id).isEqualTo("PLUGIN_MANIFEST|..%2F%C3%A4%20b%25%23%7C%00.jar");
  }

  @Test
  void longPartsAreCutAndStayApart() {
    String one = RecordIds.problem(ErrorCode.INTERNAL, "x".repeat(5_000) + "1");
    String two = RecordIds.problem(ErrorCode.INTERNAL, "x".repeat(5_000) + "2");
    assertThat(one).hasSizeLessThan(200).isNotEqualTo(two);
  }
}
