package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.core.jar.Dependency;
import io.vllmmonitor.core.jar.JarDescriptor;
import io.vllmmonitor.core.jar.PluginCapability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The code of a plugin jar: its one entry, asked for extensions. */
final class JarCode implements UnitCode {
  private final JarHost host;
  private final String hostId;
  private final JarDescriptor descriptor;
  private final MonitorPlugin entry;

  JarCode(JarHost host, String hostId, JarDescriptor descriptor, MonitorPlugin entry) {
    this.host = host;
    this.hostId = hostId;
    this.descriptor = descriptor;
    this.entry = entry;
  }

  @Override
  public List<String> dependencies() {
    return descriptor.dependencies().stream().map(Dependency::id).toList();
  }

  @Override
  public List<Piece> forRehearsal(PluginContext services) {
    PluginContext context = new DeclaredContext(services, descriptor);
    List<Piece> pieces = new ArrayList<>();
    add(pieces, ExtensionKind.GUARDRAIL, entry.guardrails(context));
    add(pieces, ExtensionKind.PREDICTOR, entry.predictors(context));
    return pieces;
  }

  @Override
  public List<Piece> forTarget(PluginContext services) {
    PluginContext context = new DeclaredContext(services, descriptor);
    List<Piece> pieces = new ArrayList<>();
    add(pieces, ExtensionKind.SOURCE, entry.sources(context));
    add(pieces, ExtensionKind.LISTENER, entry.lifecycleListeners(context));
    add(pieces, ExtensionKind.GUARDRAIL, entry.guardrails(context));
    add(pieces, ExtensionKind.PREDICTOR, entry.predictors(context));
    add(pieces, ExtensionKind.MITIGATION, entry.mitigations(context));
    add(pieces, ExtensionKind.ACTUATOR, declared(entry.actuators(context)));
    return pieces;
  }

  @Override
  public List<Piece> forDaemon(PluginContext services) {
    PluginContext context = new DeclaredContext(services, descriptor);
    List<Piece> pieces = new ArrayList<>();
    add(pieces, ExtensionKind.DISCOVERY, entry.discoveries(context));
    add(pieces, ExtensionKind.LEARNER, entry.learners(context));
    add(pieces, ExtensionKind.NOTIFIER, entry.notifiers(context));
    add(pieces, ExtensionKind.EXPORTER, entry.exporters(context));
    return pieces;
  }

  @Override
  public Optional<JarDescriptor> descriptor() {
    return Optional.of(descriptor);
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

  private List<Actuator> declared(List<Actuator> actuators) {
    if (!actuators.isEmpty()) {
      DeclaredContext.require(descriptor, PluginCapability.ACT, "brings actuators");
    }
    return actuators;
  }

  private static void add(
      List<Piece> pieces, ExtensionKind kind, List<? extends Extension> extensions) {
    for (Extension extension : extensions) {
      pieces.add(new Piece(kind, extension));
    }
  }
}
