package io.vllmmonitor.core.script;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import java.nio.charset.StandardCharsets;

/** Dropped sources as tests write them. */
final class Sources {
  static final String FILE = "Probe.java";

  private Sources() {}

  /** A guardrail whose check runs these statements and then passes. */
  static String checking(String statements) {
    return source(
        "public Verdict check(MetricView view) { if (view != null) {\n"
            + statements
            + "\n}\nif (view.firing()) { return Verdict.breach(\"never\"); }"
            + "\nreturn Verdict.pass(); }\n");
  }

  /** A guardrail with this check method and other members; the first member is on line 14. */
  static String source(String members) {
    return """
        /*
         * id: probe
         * version: 1.0.0
         * description: A probe.
         * config.limit: 0.95
         */
        import io.vllmmonitor.api.guardrail.*;
        import io.vllmmonitor.api.lifecycle.FailureKind;
        import io.vllmmonitor.api.view.MetricView;
        import java.util.*;

        public class Probe implements Guardrail {
        public String id() { return "probe"; }
        """
        + members
        + """
        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "A probe.");
        }
        }
        """;
  }

  static CompiledSource compile(String text) {
    return compile(text, CompilerChoice.AUTO);
  }

  static CompiledSource compile(String text, CompilerChoice choice) {
    return new SourceCompiler().compile(FILE, text.getBytes(StandardCharsets.UTF_8), choice);
  }

  static Guardrail guardrail(String text) {
    return guardrail(text, CompilerChoice.AUTO);
  }

  static Guardrail guardrail(String text, CompilerChoice choice) {
    CompiledSource compiled = compile(text, choice);
    return (Guardrail)
        ScriptCode.load(FILE, compiled.header(), compiled.classes())
            .instantiate(FakePluginContext.forTarget());
  }
}
