package io.vllmmonitor.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceHeaderTest {
  @Test
  void everyLineOfTheHeaderIsRead() {
    SourceHeader header =
        SourceHeader.parse(
            "A.java",
            """

            /*
             * Some prose first
             * id: kv-cache-high
             *
             * version: 1.2.3-rc.1
               description: The KV cache is full: act.
             * config.limit: 0.95
             * config.hold_for:   2m
             */
            class A {}
            """);
    assertThat(header.id()).isEqualTo("kv-cache-high");
    assertThat(header.version()).isEqualTo("1.2.3-rc.1");
    assertThat(header.description()).isEqualTo("The KV cache is full: act.");
    assertThat(header.settings().number("limit", 0)).isEqualTo(0.95);
    assertThat(header.settings().string("hold_for", "")).isEqualTo("2m");
  }

  @Test
  void aMisspeltKeyIsNamedWithTheOneThatWasMeant() {
    MonitorException refused =
        catchThrowableOfType(
            MonitorException.class,
            () -> SourceHeader.parse("A.java", "/* id: abc\n verson: 1.0.0\n description: d */"));
    assertThat(refused.getMessage())
        .contains("has the header key 'verson' (did you mean 'version'?); known are id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "class A {}",
        "// id: abc",
        "/* id: abc",
        "import x; /* id: abc\n version: 1.0.0\n description: d */",
        "/* id: abc\n description: d */",
        "/* id: abc\n version: 1.0.0 */",
        "/* id: abc\n version: one\n description: d */",
        "/* id: ../../up\n version: 1.0.0\n description: d */",
        "/* id: Abc\n version: 1.0.0\n description: d */",
        "/* id: abc\n id: abd\n version: 1.0.0\n description: d */",
        "/* id: abc\n version: 1.0.0\n description: d\n verison: 2 */",
        "/* id: abc\n version: 1.0.0\n description: d\n config.Limit: 2 */",
      })
  void aWrongHeaderIsRefusedWithAnExample(String text) {
    MonitorException refused =
        catchThrowableOfType(MonitorException.class, () -> SourceHeader.parse("A.java", text));
    assertThat(refused.code()).isEqualTo(ErrorCode.GUARDRAIL_SOURCE_HEADER);
    assertThat(refused.getMessage()).contains("A.java").contains("id: kv-cache-high");
  }
}
