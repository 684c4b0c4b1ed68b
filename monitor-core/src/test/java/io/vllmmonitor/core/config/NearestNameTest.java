package io.vllmmonitor.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  @ParameterizedTest
  @CsvSource({
    "storag,storage",
    "comit_interval_ms,commit_interval_ms",
    "mod,mode",
    "frist,first",
    "wrod,word",
    "gaurdrail-vlm,guardrail-vllm"
  })
  void aSlipOfTheFingersIsFound(String word, String meant) {
    assertThat(NearestName.of(word, List.of(meant, "something-else"))).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"nope,looper", "abc,xyz", "guardrail-vllm,source-vllm"})
  void anotherWordIsNoSuggestion(String word, String other) {
    assertThat(NearestName.of(word, List.of(other))).isEmpty();
  }

  @Test
  void theFewestChangesWinAndThenTheAlphabet() {
    assertThat(NearestName.of("abcd", List.of("abxy", "abce", "abcf"))).contains("abce");
  }

  @Test
  void withoutANearOneAllAreNamed() {
    assertThat(NearestName.hint("nope", List.of("looper", "counter")))
        .isEqualTo("known are: counter, looper");
  }
}
