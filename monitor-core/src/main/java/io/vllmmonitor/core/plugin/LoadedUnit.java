package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_NOT_FOUND;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.UnitConfiguration;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One unit that was loaded for a trial. Confined to one thread. */
final class LoadedUnit implements OpenUnit {
  private static final System.Logger log = System.getLogger(LoadedUnit.class.getName());

  private final CodeGeneration generation;
  private final List<Target> targets;
  private final UnitCode code;
  private final PlatformServices live;
  private final PassingBlobs blobs;
  private final Watchdog watchdog;
  private final Path folder;
  private final InstanceLife life;

  LoadedUnit(
      CodeGeneration generation,
      List<Target> targets,
      UnitCode code,
      PlatformServices live,
      PassingBlobs blobs,
      DeadlineWorker worker,
      Watchdog watchdog,
      Path folder) {
    this.generation = generation;
    this.targets = List.copyOf(targets);
    this.code = code;
    this.live = live;
    this.blobs = blobs;
    this.watchdog = watchdog;
    this.folder = folder;
    // What a trial complains of is no problem of the daemon.
    this.life = new InstanceLife(worker, new Problems(live.clock(), entries -> {}));
  }

  @Override
  public CodeGeneration generation() {
    return generation;
  }

  @Override
  public Optional<CodeGeneration> predecessor() {
    return Optional.empty();
  }

  @Override
  public List<Target> targets() {
    return targets;
  }

  @Override
  public Trial trial(Target target, InstantSource clock, boolean restored) {
    Made made = make(target, clock, null);
    try {
      if (restored) {
        for (Instance instance : made.instances()) {
          live.history()
              .state(instance.id(), instance.unit(), target.id())
              .ifPresent(snapshot -> life.restore(instance, snapshot));
        }
      }
      return new Instances(made);
    } catch (MonitorException e) {
      closeAll(made);
      throw e;
    }
  }

  @Override
  public Replica replica(
      Target target,
      InstantSource clock,
      @Nullable Settings configuration,
      String guardrail,
      @Nullable StateVersion state,
      int stateVersion) {
    Made made = make(target, clock, configuration);
    try {
      Instance found =
          made.instances().stream()
              .filter(one -> one.kind() == ExtensionKind.GUARDRAIL && one.id().equals(guardrail))
              .findFirst()
              .orElseThrow(
                  () ->
                      new MonitorException(
                          GUARDRAIL_NOT_FOUND,
                          Blame.PLUGIN,
                          "Unit "
                              + generation.unit()
                              + " brings no guardrail '"
                              + guardrail
                              + "' for "
                              + target.id()
                              + " with "
                              + (configuration == null ? "its present" : "that")
                              + " configuration"));
      if (state != null) {
        life.restore(
            found,
            new StateSnapshot(
                guardrail,
                target.id(),
                generation.unit(),
                generation.codeHash(),
                stateVersion,
                state.at(),
                state.fields()));
      }
      return new One(made, (Guardrail) found.extension());
    } catch (MonitorException e) {
      closeAll(made);
      throw e;
    }
  }

  /** All instances for a target, behind the gates that live ones have. */
  private Made make(Target target, InstantSource clock, @Nullable Settings configuration) {
    String unit = generation.unit();
    long seed = generation.codeHash().hashCode() * 31L + target.id().instance().hashCode();
    PlatformServices services = TrialServices.of(live, blobs, clock, seed, configuration);
    ContextFactory contexts = new ContextFactory(services);
    UnitContext context = contexts.make(unit, target, code.defaults());
    try {
      return new Made(make(target, context), context.scope(), contexts);
    } catch (MonitorException e) {
      closeAll(new Made(List.of(), context.scope(), contexts));
      throw e;
    }
  }

  /** The instances of one trial with their services. */
  private record Made(List<Instance> instances, ServiceScope scope, ContextFactory contexts) {
    private Made {
      instances = List.copyOf(instances);
    }
  }

  private List<Instance> make(Target target, UnitContext context) {
    CallWatch watch = CallWatch.ofTrial(generation, live.clock(), watchdog);
    return life.make(
        "Unit " + generation.unit() + " on trial for " + target.id(),
        () -> code.forRehearsal(context),
        // Nothing of a trial is stored, its configuration neither.
        new InstanceLife.Role(generation, target, true, true, UnitConfiguration.NONE, watch),
        context.scope());
  }

  private void closeAll(Made made) {
    life.close(made.instances(), instance -> null);
    life.release(made.scope());
    made.contexts().close();
  }

  @Override
  public void close() {
    try {
      code.close();
    } catch (RuntimeException e) {
      String text = Failures.describe(e);
      log.log(System.Logger.Level.WARNING, () -> "Code on trial was not unloaded: " + text);
    } finally {
      blobs.close();
      remove(folder);
    }
  }

  /** Deletes a folder of copies; what cannot be deleted is told and goes at the next start. */
  static void remove(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      String text = String.valueOf(e.getMessage());
      log.log(
          System.Logger.Level.WARNING,
          () -> "Copies of code in " + folder + " cannot be deleted now: " + text);
    }
  }

  private static <E extends Extension> List<E> select(
      List<Instance> made, ExtensionKind kind, Class<E> type) {
    return made.stream()
        .filter(instance -> instance.kind() == kind)
        .map(instance -> type.cast(instance.extension()))
        .toList();
  }

  private final class Instances implements Trial {
    private final Made made;

    private Instances(Made made) {
      this.made = made;
    }

    @Override
    public List<Guardrail> guardrails() {
      return select(made.instances(), ExtensionKind.GUARDRAIL, Guardrail.class);
    }

    @Override
    public List<FailurePredictor> predictors() {
      return select(made.instances(), ExtensionKind.PREDICTOR, FailurePredictor.class);
    }

    @Override
    public void close() {
      closeAll(made);
    }
  }

  private final class One implements Replica {
    private final Made made;
    private final Guardrail guardrail;

    private One(Made made, Guardrail guardrail) {
      this.made = made;
      this.guardrail = guardrail;
    }

    @Override
    public Guardrail guardrail() {
      return guardrail;
    }

    @Override
    public void close() {
      closeAll(made);
    }
  }
}
