package io.vllmmonitor.acceptance.hostile;

import io.vllmmonitor.acceptance.hostile.HostileInput.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Sources of other kinds that somebody could drop: predictors, which are asked at every scrape. */
final class HostileExtensions {
  private final List<HostileInput> inputs = new ArrayList<>();

  private HostileExtensions() {}

  static List<HostileInput> all() {
    HostileExtensions extensions = new HostileExtensions();
    extensions.add(
        Kind.EXTENSION,
        "predictor-spin",
        "PredictorSpin",
        "a predictor with while (true)",
        Expected.SOURCE_BUDGET,
        Wave.CALL,
        "while (true) { }");
    extensions.add(
        Kind.EXTENSION,
        "predictor-throws",
        "PredictorThrows",
        "a predictor that throws",
        Expected.PREDICTOR_FAILING_CALL,
        Wave.CALL,
        "throw new IllegalStateException(\"made up\");");
    extensions.add(
        Kind.EXTENSION,
        "predictor-exit",
        "PredictorExit",
        "a predictor with System.exit",
        Expected.SOURCE_FORBIDDEN,
        Wave.GATE,
        "System.exit(7); return Forecast.none();");
    extensions.add(
        Kind.SOURCE,
        "predictor-misplaced",
        "PredictorMisplaced",
        "a predictor in the folder of guardrails",
        Expected.SOURCE_KIND,
        Wave.GATE,
        "return Forecast.none();");
    return extensions.inputs;
  }

  private void add(
      Kind kind,
      String id,
      String type,
      String what,
      Expected expected,
      Wave wave,
      String predict) {
    String file = type + ".java";
    byte[] bytes = source(id, type, predict).getBytes(StandardCharsets.UTF_8);
    inputs.add(
        new HostileInput(
            id,
            what,
            kind,
            expected,
            wave,
            true,
            List.of(file),
            Set.of(id),
            place ->
                HostileInput.put(
                    kind == Kind.EXTENSION ? place.extensions() : place.sources(), file, bytes)));
  }

  private static String source(String id, String type, String predict) {
    return """
        /*
         * id: %s
         * version: 1.0.0
         * description: Dropped by a proof
         */

        import io.vllmmonitor.api.prediction.FailurePredictor;
        import io.vllmmonitor.api.prediction.Forecast;
        import io.vllmmonitor.api.view.MetricView;

        public class %s implements FailurePredictor {
          public String id() {
            return "%s";
          }

          public Forecast predict(MetricView view) {
            %s
          }
        }
        """
        .formatted(id, type, id, predict);
  }
}
