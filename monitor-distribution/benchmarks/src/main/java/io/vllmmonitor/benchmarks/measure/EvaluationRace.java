package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.script.CompiledSource;
import io.vllmmonitor.core.script.CompilerChoice;
import io.vllmmonitor.core.script.ScriptCode;
import io.vllmmonitor.core.script.SourceCompiler;
import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mvel2.MVEL;
import org.mvel2.ParserContext;

/**
 * One rule in four forms, asked by turns in one run: as a dropped source of our own compiler, of
 * the JDK's, as a class nobody has touched, and as an MVEL expression. What they ask answers at
 * once, so that it is them who are measured. Confined to one thread.
 */
final class EvaluationRace {
  private static final int QUICK_ROUNDS = 15;
  private static final int LONG_ROUNDS = 60;
  private static final int WARM_ROUNDS = 10;
  private static final int CALLS = 100_000;
  private static final int COMPILATIONS = 40;
  private static final int WARM_COMPILATIONS = 40;
  private static final double NANOS_PER_MILLI = 1e6;

  private static final String EXPRESSION =
      """
      limit = view.firing() ? 0.80 : 0.90;
      usage = view.max("vllm:kv_cache_usage_perc");
      waiting = view.sum("vllm:num_requests_waiting");
      running = view.sum("vllm:num_requests_running");
      if (usage > limit && waiting > running * 0.5 + 0) {
        answers.full();
      } else {
        answers.pass();
      }
      """;

  private final Figures figures;
  private final Path scratch;
  private final int rounds;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final SourceCompiler compiler = new SourceCompiler();
  private long breaches;

  EvaluationRace(Figures figures, Path scratch, boolean quick) {
    this.figures = figures;
    this.scratch = scratch;
    this.rounds = quick ? QUICK_ROUNDS : LONG_ROUNDS;
  }

  /** What the expression answers with. Public because it is called by reflection. */
  public static final class Answers {
    public Verdict pass() {
      return Verdict.pass();
    }

    public Verdict full() {
      return Verdict.breach("The KV cache is full and requests wait");
    }
  }

  /** One form of the rule. */
  private interface Form {
    Verdict check(MetricView view);
  }

  /** Races and compiles. */
  void run() throws IOException {
    Map<String, Form> forms = forms();
    MetricView pass = new StillView(0.42, 12);
    MetricView full = new StillView(0.97, 12);
    forms.forEach(
        (name, form) -> {
          boolean right =
              form.check(pass) instanceof Verdict.Pass
                  && form.check(full) instanceof Verdict.Breach;
          if (!right) {
            figures.complain(name, PluginRequirements.EVALUATION, "is not that of the rule");
          }
        });
    Map<String, List<Double>> nanos = new LinkedHashMap<>();
    for (int round = -WARM_ROUNDS; round < rounds; round++) {
      for (Map.Entry<String, Form> form : forms.entrySet()) {
        double each = cpuNanos(form.getValue(), pass);
        if (round >= 0) {
          nanos.computeIfAbsent(form.getKey(), name -> new ArrayList<>()).add(each);
        }
      }
    }
    nanos.forEach(
        (name, each) -> figures.put(PluginRequirements.EVALUATION, name, Medians.of(each)));
    Double ours = figures.get(PluginRequirements.EVALUATION, PluginRequirements.JAVAC);
    Double plain = figures.get(PluginRequirements.EVALUATION, PluginRequirements.PLAIN);
    if (ours != null && plain != null) {
      figures.put(PluginRequirements.BUDGET, Figures.OURS, ours - plain);
    }
    figures.note(
        "an evaluation asks three questions that are answered at once; medians of "
            + rounds
            + " rounds of "
            + CALLS
            + " calls, by turns");
    if (breaches != 0) {
      figures.complain(
          Figures.OURS, PluginRequirements.EVALUATION, "was a breach " + breaches + " times");
    }
    figures.note("the cost of the budget is that of javac's classes with it and without it");
    compile();
  }

  private Map<String, Form> forms() throws IOException {
    Map<String, Form> forms = new LinkedHashMap<>();
    forms.put(Figures.OURS, dropped(CompilerChoice.JANINO)::check);
    forms.put(PluginRequirements.JAVAC, dropped(CompilerChoice.JAVAC)::check);
    forms.put(PluginRequirements.PLAIN, plain()::check);
    forms.put(PluginRequirements.MVEL, expression());
    return forms;
  }

  private double cpuNanos(Form form, MetricView view) {
    long begin = threads.getCurrentThreadCpuTime();
    long found = 0;
    for (int i = 0; i < CALLS; i++) {
      found += form.check(view) instanceof Verdict.Breach ? 1 : 0;
    }
    long end = threads.getCurrentThreadCpuTime();
    breaches += found;
    return (double) (end - begin) / CALLS;
  }

  private Guardrail dropped(CompilerChoice choice) {
    byte[] text =
        MadeGuardrail.raced("raced-rule", "RacedRule", 0).getBytes(StandardCharsets.UTF_8);
    CompiledSource compiled = compiler.compile("RacedRule.java", text, choice);
    return (Guardrail)
        ScriptCode.load("RacedRule.java", compiled.header(), compiled.classes())
            .instantiate(context());
  }

  private Guardrail plain() throws IOException {
    Path source = Files.createDirectories(scratch.resolve("plain")).resolve("RacedRule.java");
    Files.writeString(source, MadeGuardrail.raced("raced-rule", "RacedRule", 0));
    Path classes = scratch.resolve("plain-classes");
    MadeGuardrail.compile(classes, source);
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, Guardrail.class.getClassLoader())) {
      return Class.forName("RacedRule", true, loader)
          .asSubclass(Guardrail.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IOException("The plain rule cannot be made", e);
    }
  }

  private static Form expression() {
    Serializable compiled = MVEL.compileExpression(EXPRESSION, new ParserContext());
    Map<String, Object> variables = new HashMap<>();
    variables.put("answers", new Answers());
    return view -> {
      variables.put("view", view);
      return (Verdict) MVEL.executeExpression(compiled, variables);
    };
  }

  /** Every source is another text, so that nothing is remembered. */
  private void compile() {
    compile(CompilerChoice.JANINO, Figures.OURS);
    compile(CompilerChoice.JAVAC, PluginRequirements.JAVAC);
    figures.note("compiling holds the checks, the scan and the budget; medians of wall time");
  }

  private void compile(CompilerChoice choice, String name) {
    List<Double> millis = new ArrayList<>();
    for (int i = -WARM_COMPILATIONS; i < COMPILATIONS; i++) {
      byte[] text =
          MadeGuardrail.raced("raced-rule", "RacedRule", WARM_COMPILATIONS + i)
              .getBytes(StandardCharsets.UTF_8);
      long begin = System.nanoTime();
      CompiledSource compiled = compiler.compile("RacedRule.java", text, choice);
      if (i >= 0) {
        millis.add((System.nanoTime() - begin) / NANOS_PER_MILLI);
      }
      if (compiled.compiler() != choice) {
        figures.complain(name, PluginRequirements.COMPILE, "came from " + compiled.compiler());
      }
    }
    figures.put(PluginRequirements.COMPILE, name, Medians.of(millis));
  }

  /** The rule asks for its configuration only, and has none. */
  private static PluginContext context() {
    return (PluginContext)
        Proxy.newProxyInstance(
            PluginContext.class.getClassLoader(),
            new Class<?>[] {PluginContext.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("config")) {
                return Settings.empty();
              }
              throw new UnsupportedOperationException(method + " is not there in the race");
            });
  }
}
