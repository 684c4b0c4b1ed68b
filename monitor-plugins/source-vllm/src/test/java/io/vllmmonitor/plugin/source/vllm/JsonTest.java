package io.vllmmonitor.plugin.source.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void everyKindOfValueIsRead() {
    assertThat(Json.parse(" {\"a\": [1, -2.5e3, true, false], \"b\\n\\u00e9\": {\"c\": \"d\"}} "))
        .isEqualTo(Map.of("a", List.of(1.0, -2500.0, true, false), "b\né", Map.of("c", "d")));
    assertThat(Json.object("{\"a\":null,\"b\":[]}")).containsKey("a").containsKey("b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":1,}",
        "nul",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "1 2",
        "{a:1}",
        "-",
        "\"a\nb\""
      })
  void whatIsNoJsonIsRefused(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    assertThat(Json.object(text)).isEmpty();
  }

  @Test
  void nestingHasALimit() {
    assertThat(Json.parse("[".repeat(90) + "]".repeat(90))).isNotNull();
    assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
