package io.vllmmonitor.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.core.script.CompiledSource;
import io.vllmmonitor.core.script.ScriptCode;
import io.vllmmonitor.core.script.SourceCompiler;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The guardrails of the guide, compiled and run as dropped sources are. */
class ExampleGuardrailsTest {
  private static final String TTFT = "vllm:time_to_first_token_seconds";

  @Test
  void aFullKvCacheBreaks() throws IOException {
    Guardrail guardrail = example("KvCacheAlmostFull.java");

    assertThat(kind(FakeMetricView.empty().sample("vllm:kv_cache_usage_perc", 0.95), guardrail))
        .isEqualTo("breach");
    assertThat(kind(FakeMetricView.empty().sample("vllm:kv_cache_usage_perc", 0.5), guardrail))
        .isEqualTo("pass");
  }

  @Test
  void lateFirstTokensBreakAndNoDataIsUnknown() throws IOException {
    Guardrail guardrail = example("SlowFirstToken.java");

    assertThat(kind(firstTokens(30), guardrail)).isEqualTo("breach");
    assertThat(kind(firstTokens(1), guardrail)).isEqualTo("pass");
    assertThat(kind(FakeMetricView.empty(), guardrail)).isEqualTo("unknown");
  }

  /** Ten requests within 30 s, which waited this long together. */
  private static FakeMetricView firstTokens(double seconds) {
    return FakeMetricView.empty()
        .sample(TTFT + "_count", 0)
        .sample(TTFT + "_sum", 0)
        .later(Duration.ofSeconds(30))
        .sample(TTFT + "_count", 10)
        .sample(TTFT + "_sum", seconds);
  }

  private static String kind(FakeMetricView view, Guardrail guardrail) {
    Verdict verdict = view.judge(guardrail);
    return verdict.match(pass -> "pass", breach -> "breach", unknown -> "unknown");
  }

  private static Guardrail example(String file) throws IOException {
    try (InputStream source =
        ExampleGuardrailsTest.class.getResourceAsStream("/examples/guardrail/" + file)) {
      assertThat(source).as(file).isNotNull();
      CompiledSource compiled = new SourceCompiler().compile(file, source.readAllBytes());
      return (Guardrail)
          ScriptCode.load(file, compiled.header(), compiled.classes())
              .instantiate(FakePluginContext.forTarget());
    }
  }
}
