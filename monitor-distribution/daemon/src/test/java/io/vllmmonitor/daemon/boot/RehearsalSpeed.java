package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.RehearsedExtension;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.plugin.CandidateUnit;
import io.vllmmonitor.core.rehearsal.RehearsalDesk;
import io.vllmmonitor.core.rehearsal.RehearsalPolicy;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * How long a rehearsal over 24 h of scrapes at 5 s takes, with 300 series in SQLite files of which
 * three guardrails ask for 24. A program, not a test; prints one line per run.
 */
public final class RehearsalSpeed {
  private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");
  private static final int SCRAPES = 17_280;
  private static final int SERIES = 300;
  private static final Target TARGET =
      Target.of(java.net.URI.create("http://gpu:8000"), TargetMode.ADVISE, Duration.ofSeconds(5));

  private RehearsalSpeed() {}

  /** Fills a store in a temporary folder and rehearses over it three times. */
  public static void main(String[] arguments) throws Exception {
    Instant end = START.plusSeconds(5L * SCRAPES);
    InstantSource clock = () -> end;
    Path home = Files.createTempDirectory("rehearsal-speed-");
    try (Closers closers = new Closers()) {
      OpenedStore store = OpenedStore.open(PersistenceConfig.of(home), clock, closers);
      fill(store);
      RehearsalDesk desk =
          new RehearsalDesk(
              store.memory(),
              store.memory(),
              store.catalog(),
              new Problems(clock, store.memory()),
              new TimeOrderedIds(clock, new Random(1)),
              clock,
              System::nanoTime,
              RehearsalPolicy.defaults());
      for (int run = 0; run < 3; run++) {
        Rehearsal done = desk.onDemand(new Three(), List.of(TARGET), START, end, false);
        long ticks = done.trials().stream().mapToLong(RehearsedExtension::ticks).sum();
        System.out.println(
            "rehearsal took " + done.took().toMillis() + " ms for " + ticks + " verdicts");
        done.trials()
            .forEach(
                trial ->
                    System.out.println(
                        "  "
                            + trial.extension()
                            + " mean "
                            + Math.round(trial.meanNanos())
                            + " ns, p99 "
                            + trial.p99Nanos()
                            + " ns"));
      }
    } finally {
      try (var files = Files.walk(home)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void fill(OpenedStore store) {
    List<SeriesKey> keys = new ArrayList<>();
    Labels own = Labels.of("job", "vllm", "instance", TARGET.id().instance());
    keys.add(new SeriesKey("up", own));
    for (int i = 1; i < SERIES; i++) {
      String name = i < 20 ? "vllm:latency_seconds_bucket" : "vllm:metric_" + i / 4;
      Labels labels =
          i < 20
              ? own.with("le", i == 19 ? "+Inf" : Integer.toString(i))
              : own.with("engine", Integer.toString(i % 4));
      keys.add(new SeriesKey(name, labels));
    }
    List<SeriesKey> shape = List.copyOf(keys);
    Random random = new Random(3);
    double[] values = new double[SERIES];
    List<SampleBatch> group = new ArrayList<>();
    for (int i = 0; i < SCRAPES; i++) {
      values[0] = 1;
      for (int s = 1; s < SERIES; s++) {
        values[s] =
            s < 20 ? values[s] + random.nextInt(s + 1) : Math.floor(random.nextDouble() * 50);
      }
      group.add(new SampleBatch(TARGET.id(), START.plusSeconds(5L * i), shape, values));
      if (group.size() == 64 || i == SCRAPES - 1) {
        var unused = store.stores().series().append(group);
        group.clear();
      }
    }
  }

  private record Rule(String id, java.util.function.ToDoubleFunction<MetricView> measure)
      implements Guardrail {
    @Override
    public GuardrailSpec spec() {
      return GuardrailSpec.of(Severity.ERROR, FailureKind.REQUEST_BACKLOG, "speed");
    }

    @Override
    public Verdict check(MetricView view) {
      double value = measure.applyAsDouble(view);
      return value > 49 ? Verdict.breach("at " + value) : Verdict.pass();
    }
  }

  private static final class Three implements CandidateUnit, CandidateUnit.Trial {
    @Override
    public CodeGeneration generation() {
      return new CodeGeneration(
          "three", CodeKind.JAR, "1.0.0", 1, "hash", "", "three.jar", CodeStatus.ACTIVE, "", START);
    }

    @Override
    public Optional<CodeGeneration> predecessor() {
      return Optional.empty();
    }

    @Override
    public List<Target> targets() {
      return List.of(TARGET);
    }

    @Override
    public Trial trial(Target target, InstantSource clock, boolean restored) {
      return this;
    }

    @Override
    public List<Guardrail> guardrails() {
      return List.of(
          new Rule("newest", view -> view.max("vllm:metric_7")),
          new Rule("window", view -> view.mean("vllm:metric_9{engine=\"1\"}", 300)),
          new Rule("quantile", view -> view.quantile("vllm:latency_seconds", 0.95, 300)));
    }

    @Override
    public List<FailurePredictor> predictors() {
      return List.of();
    }

    @Override
    public void close() {}
  }
}
