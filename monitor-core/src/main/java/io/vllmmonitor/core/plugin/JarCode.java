package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The code of a plugin jar: its one entry, asked for extensions. */
final class JarCode implements UnitCode {
  private final JarHost host;
  private final String hostId;
  private final MonitorPlugin entry;
  private final List<String> dependencies;

  /**
   * @param dependencies ids of the plugins that must run before it
   */
  JarCode(JarHost host, String hostId, MonitorPlugin entry, List<String> dependencies) {
    this.host = host;
    this.hostId = hostId;
    this.entry = entry;
    this.dependencies = List.copyOf(dependencies);
  }

  @Override
  public List<String> dependencies() {
    return dependencies;
  }

  @Override
  public List<Piece> forRehearsal(PluginContext context) {
    List<Piece> pieces = new ArrayList<>();
    add(pieces, ExtensionKind.GUARDRAIL, entry.guardrails(context));
    add(pieces, ExtensionKind.PREDICTOR, entry.predictors(context));
    return pieces;
  }

  @Override
  public List<Piece> forTarget(PluginContext context) {
    List<Piece> pieces = new ArrayList<>();
    add(pieces, ExtensionKind.SOURCE, entry.sources(context));
    add(pieces, ExtensionKind.LISTENER, entry.lifecycleListeners(context));
    add(pieces, ExtensionKind.GUARDRAIL, entry.guardrails(context));
    add(pieces, ExtensionKind.PREDICTOR, entry.predictors(context));
    add(pieces, ExtensionKind.MITIGATION, entry.mitigations(context));
    add(pieces, ExtensionKind.ACTUATOR, entry.actuators(context));
    return pieces;
  }

  @Override
  public List<Piece> forDaemon(PluginContext context) {
    List<Piece> pieces = new ArrayList<>();
    add(pieces, ExtensionKind.DISCOVERY, entry.discoveries(context));
    add(pieces, ExtensionKind.LEARNER, entry.learners(context));
    add(pieces, ExtensionKind.NOTIFIER, entry.notifiers(context));
    add(pieces, ExtensionKind.EXPORTER, entry.exporters(context));
    return pieces;
  }

  @Override
  public Settings defaults() {
    return Settings.empty();
  }

  @Override
  public Optional<ClassLoader> classLoader() {
    return Optional.of(host.getPluginClassLoader(hostId));
  }

  @Override
  public void close() {
    host.close(hostId);
  }

  private static void add(
      List<Piece> pieces, ExtensionKind kind, List<? extends Extension> extensions) {
    for (Extension extension : extensions) {
      pieces.add(new Piece(kind, extension));
    }
  }
}
