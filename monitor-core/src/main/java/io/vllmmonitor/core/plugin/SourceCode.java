package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.core.script.ScriptCode;
import java.util.List;
import java.util.Optional;

/** The code of a dropped source: one guardrail. */
final class SourceCode implements UnitCode {
  private final ScriptCode code;

  SourceCode(ScriptCode code) {
    this.code = code;
  }

  @Override
  public List<Piece> forTarget(PluginContext context) {
    return List.of(new Piece(ExtensionKind.GUARDRAIL, code.instantiate(context)));
  }

  @Override
  public List<Piece> forDaemon(PluginContext context) {
    return List.of();
  }

  @Override
  public Settings defaults() {
    return code.header().settings();
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
