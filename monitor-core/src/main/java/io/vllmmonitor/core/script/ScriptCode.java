package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_HEADER;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.source.MetricsSource;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;

/**
 * The stored classes of one dropped source, ready to make instances. Holds bytes only: every
 * instance gets a class loader of its own, which goes with it. Immutable, thread-safe.
 */
public final class ScriptCode {
  private final String file;
  private final SourceHeader header;
  private final ClassBundle bundle;

  private ScriptCode(String file, SourceHeader header, ClassBundle bundle) {
    this.file = file;
    this.header = header;
    this.bundle = bundle;
  }

  /**
   * @param file the file's name, for messages
   * @param classes a blob from {@link CompiledSource#classes}; nothing is compiled
   * @throws MonitorException STORE_DAMAGED when it is none
   */
  public static ScriptCode load(String file, SourceHeader header, byte[] classes) {
    return new ScriptCode(
        requireNonNull(file, "file"),
        requireNonNull(header, "header"),
        ClassBundle.decode(classes));
  }

  public SourceHeader header() {
    return header;
  }

  /** What its instances are. */
  public SourceKind kind() {
    return bundle.kind();
  }

  /** Which compiler made the classes; never {@link CompilerChoice#AUTO}. */
  public CompilerChoice compiler() {
    return bundle.compiler();
  }

  /**
   * Makes one instance. Its static initialisers and its constructor run under a budget of their
   * own, and so does every later call.
   *
   * @throws MonitorException GUARDRAIL_BUDGET_EXHAUSTED, GUARDRAIL_COMPILE when it cannot be made,
   *     GUARDRAIL_EVALUATION when the source throws, GUARDRAIL_SOURCE_HEADER when {@code id()} is
   *     not the header's id
   */
  public Extension instantiate(PluginContext context) {
    requireNonNull(context, "context");
    GuardedCalls calls = new GuardedCalls(file, kind().limits());
    Object made = calls.answer("its constructor", () -> construct(context), bytes -> {});
    Extension extension = sandboxed(made, calls);
    if (!extension.id().equals(header.id())) {
      throw new MonitorException(
          GUARDRAIL_SOURCE_HEADER,
          Blame.PLUGIN,
          "Source "
              + file
              + " has the header id '"
              + header.id()
              + "' but id() answers '"
              + extension.id()
              + "'; make them the same");
    }
    return extension;
  }

  private Extension sandboxed(Object made, GuardedCalls calls) {
    return switch (kind()) {
      case GUARDRAIL -> new SandboxedGuardrail((Guardrail) made, calls);
      case PREDICTOR -> new SandboxedPredictor((FailurePredictor) made, calls);
      case MITIGATION -> new SandboxedMitigation((MitigationStrategy) made, calls);
      case LEARNER -> new SandboxedLearner((Learner) made, calls);
      case LISTENER -> new SandboxedListener((LifecycleListener) made, calls);
      case SOURCE -> new SandboxedSource((MetricsSource) made, calls);
    };
  }

  private Object construct(PluginContext context) throws Throwable {
    SourceClassLoader loader = new SourceClassLoader(bundle.classes(), AllowList.of(kind()));
    loader.initialise();
    Class<?> main = Class.forName(bundle.mainClass(), true, loader);
    for (Constructor<?> constructor : main.getConstructors()) {
      Class<?>[] parameters = constructor.getParameterTypes();
      try {
        if (parameters.length == 0) {
          return constructor.newInstance();
        }
        if (parameters.length == 1 && parameters[0] == PluginContext.class) {
          return constructor.newInstance(context);
        }
      } catch (InvocationTargetException e) {
        throw requireNonNull(e.getCause(), "cause");
      }
    }
    throw new MonitorException(
        GUARDRAIL_COMPILE,
        Blame.PLUGIN,
        file
            + ": "
            + bundle.mainClass()
            + " needs a public constructor without parameters or with a PluginContext");
  }
}
