package io.vllmmonitor.acceptance.hostile;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.UnaryOperator;

/**
 * How a jar is made: a plugin with one guardrail of its Plugin-Id, with code put in at the places
 * where plugins are called. Immutable; made with {@link #of} and the {@code with…} methods.
 *
 * @param unit its id unless an attribute says otherwise, and the name of its file without {@code
 *     .jar}
 * @param attributes of the manifest
 * @param code statements and members by place
 * @param edit changes the finished entries, by name
 * @param bombBytes an entry of so many zero bytes is added; 0 for none
 */
record JarRecipe(
    String unit,
    Map<String, String> attributes,
    Map<Spot, String> code,
    UnaryOperator<SortedMap<String, byte[]>> edit,
    long bombBytes) {
  static final String SERVICE = "META-INF/services/io.vllmmonitor.api.plugin.MonitorPlugin";

  JarRecipe {
    requireNonNull(unit, "unit");
    attributes = Map.copyOf(attributes);
    code = Map.copyOf(code);
    requireNonNull(edit, "edit");
  }

  /** Where code is put in. */
  enum Spot {
    /** The constructor of the entry. */
    CONSTRUCTOR,
    /** {@code guardrails(context)} of the entry. */
    GUARDRAILS,
    /** {@code check(view)} of the guardrail. */
    CHECK,
    /** {@code close()} of the guardrail. */
    CLOSE,
    /** Members of the guardrail. */
    MEMBERS,
    /** More methods of the entry. */
    ENTRY_MEMBERS
  }

  /** A plugin that does nothing wrong. */
  static JarRecipe of(String unit) {
    return new JarRecipe(
        unit,
        Map.of("Plugin-Id", unit, "Plugin-Version", "1.0.0", "Monitor-Api", "0.1"),
        Map.of(),
        entries -> entries,
        0);
  }

  JarRecipe with(Spot spot, String statements) {
    Map<Spot, String> more = new LinkedHashMap<>(code);
    more.put(spot, statements);
    return new JarRecipe(unit, attributes, more, edit, bombBytes);
  }

  JarRecipe withAttribute(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(attributes);
    more.put(name, value);
    return new JarRecipe(unit, more, code, edit, bombBytes);
  }

  JarRecipe edited(UnaryOperator<SortedMap<String, byte[]>> change) {
    return new JarRecipe(unit, attributes, code, change, bombBytes);
  }

  JarRecipe withBomb(long bytes) {
    return new JarRecipe(unit, attributes, code, edit, bytes);
  }

  /** The Java package of its classes. */
  String packageName() {
    return "hostile." + unit.replace('-', '_');
  }

  /** The folder of its classes, with a slash at the end. */
  String classFolder() {
    return packageName().replace('.', '/') + "/";
  }

  /** The source of the entry. */
  String entrySource() {
    return """
        package %s;

        import io.vllmmonitor.api.guardrail.Guardrail;
        import io.vllmmonitor.api.plugin.MonitorPlugin;
        import io.vllmmonitor.api.plugin.PluginContext;
        import java.util.List;

        public final class Entry implements MonitorPlugin {
          public Entry() {
            %s
          }

          @Override
          public List<Guardrail> guardrails(PluginContext context) {
            %s
            return List.of(new Rule());
          }
        %s
        }
        """
        .formatted(
            packageName(),
            at(Spot.CONSTRUCTOR),
            at(Spot.GUARDRAILS),
            code.getOrDefault(Spot.ENTRY_MEMBERS, ""));
  }

  /** The source of the guardrail. */
  String ruleSource() {
    return """
        package %s;

        import io.vllmmonitor.api.guardrail.Guardrail;
        import io.vllmmonitor.api.guardrail.GuardrailSpec;
        import io.vllmmonitor.api.guardrail.Severity;
        import io.vllmmonitor.api.guardrail.Verdict;
        import io.vllmmonitor.api.lifecycle.FailureKind;
        import io.vllmmonitor.api.view.MetricView;

        public final class Rule implements Guardrail {
          /** Something the compiler cannot see through. */
          static final boolean NOW = Boolean.parseBoolean("true");

          static volatile int spun;
          private long calls;

          static int down(int depth) {
            return down(depth + 1) + 1;
          }

          static void sleep() {
            try {
              Thread.sleep(600_000);
            } catch (InterruptedException e) {
              throw new IllegalStateException("woken", e);
            }
          }

          static final class Mute extends RuntimeException {
            @Override
            public String getMessage() {
              throw new IllegalStateException("no message");
            }
          }

          static final class Own extends RuntimeException {
            Own() {
              super("of a class of the plugin");
            }
          }

          @Override
          public String id() {
            return "%s";
          }

          @Override
          public GuardrailSpec spec() {
            return GuardrailSpec.of(Severity.WARNING, FailureKind.GENERIC_ERROR, "counts its calls")
                .withBreachForSeconds(864_000);
          }

          @Override
          public Verdict check(MetricView view) {
            calls++;
            %s
            return Verdict.breach("calls " + calls);
          }

          @Override
          public void close() {
            %s
          }
        %s
        }
        """
        .formatted(
            packageName(),
            attributes.getOrDefault("Plugin-Id", unit),
            at(Spot.CHECK),
            at(Spot.CLOSE),
            code.getOrDefault(Spot.MEMBERS, ""));
  }

  private String at(Spot spot) {
    String statements = code.getOrDefault(spot, "");
    return statements.isEmpty() ? "" : "if (Rule.NOW) { " + statements + " }";
  }
}
