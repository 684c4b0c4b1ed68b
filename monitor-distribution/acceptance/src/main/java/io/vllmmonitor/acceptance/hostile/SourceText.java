package io.vllmmonitor.acceptance.hostile;

/** Dropped sources, made of what differs between them. Stateless. */
final class SourceText {
  private SourceText() {}

  /**
   * @param members of the class, in the dialect of dropped sources
   * @param check the body of {@code check(view)}; it must answer
   */
  static String of(String id, String type, String members, String check) {
    return """
        /*
         * id: %s
         * version: 1.0.0
         * description: Dropped by a proof
         */

        import io.vllmmonitor.api.guardrail.Guardrail;
        import io.vllmmonitor.api.guardrail.GuardrailSpec;
        import io.vllmmonitor.api.guardrail.Severity;
        import io.vllmmonitor.api.guardrail.Verdict;
        import io.vllmmonitor.api.lifecycle.FailureKind;
        import io.vllmmonitor.api.view.MetricView;
        import java.util.ArrayList;
        import java.util.List;

        public class %s implements Guardrail {
          %s

          public String id() {
            return "%s";
          }

          public GuardrailSpec spec() {
            return GuardrailSpec.of(Severity.WARNING, FailureKind.GENERIC_ERROR, "Dropped by a proof")
                .withBreachForSeconds(864000);
          }

          public Verdict check(MetricView view) {
            %s
          }
        }
        """
        .formatted(id, type, members, id, check);
  }
}
