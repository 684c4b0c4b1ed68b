package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.core.script.ScriptCode;
import io.vllmmonitor.core.script.SourceKind;
import java.util.List;
import java.util.Optional;

/** The code of a dropped source: one extension, per target or per daemon as its kind has it. */
final class SourceCode implements UnitCode {
  private final ScriptCode code;

  SourceCode(ScriptCode code) {
    this.code = code;
  }

  @Override
  public List<Piece> forTarget(PluginContext context) {
    return code.kind().perDaemon() ? List.of() : piece(context);
  }

  @Override
  public List<Piece> forDaemon(PluginContext context) {
    return code.kind().perDaemon() ? piece(context) : List.of();
  }

  private List<Piece> piece(PluginContext context) {
    return List.of(new Piece(kind(code.kind()), code.instantiate(context)));
  }

  private static ExtensionKind kind(SourceKind kind) {
    return switch (kind) {
      case GUARDRAIL -> ExtensionKind.GUARDRAIL;
      case PREDICTOR -> ExtensionKind.PREDICTOR;
      case MITIGATION -> ExtensionKind.MITIGATION;
      case LEARNER -> ExtensionKind.LEARNER;
      case LISTENER -> ExtensionKind.LISTENER;
      case SOURCE -> ExtensionKind.SOURCE;
    };
  }

  @Override
  public Settings defaults() {
    return code.header().settings();
  }

  @Override
  public String compiler() {
    return code.compiler().word();
  }

  @Override
  public Optional<ClassLoader> classLoader() {
    return Optional.empty();
  }

  @Override
  public void close() {
    // Every instance has a class loader of its own, which goes with it.
  }
}
