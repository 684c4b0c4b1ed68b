package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.core.extension.ExtensionCatalog;
import io.vllmmonitor.core.http.TargetHttps;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.jar.JarPolicy;
import io.vllmmonitor.core.jar.MachineProbe;
import io.vllmmonitor.core.jar.TrustPolicy;
import io.vllmmonitor.core.notify.Exports;
import io.vllmmonitor.core.notify.Notifications;
import io.vllmmonitor.core.plugin.ContextServices;
import io.vllmmonitor.core.plugin.PlatformFolders;
import io.vllmmonitor.core.plugin.PlatformPolicy;
import io.vllmmonitor.core.plugin.PlatformServices;
import io.vllmmonitor.core.plugin.PluginDirectory;
import io.vllmmonitor.core.plugin.PluginPlatform;
import io.vllmmonitor.core.plugin.RehearsalGate;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.engine.DataDirectory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Consumer;

/** Binds the plugin platform. */
final class PluginModule extends AbstractModule {
  private final Path home;

  /**
   * @param home the unpacked distribution
   */
  PluginModule(Path home) {
    this.home = requireNonNull(home, "home");
  }

  @Provides
  @Singleton
  PluginPlatform platform(
      DataDirectory directory,
      MonitorConfig config,
      BlobStore blobs,
      Recorder recorder,
      History history,
      Problems problems,
      MetricCatalog catalog,
      TargetHttps https,
      InstantSource clock,
      OwnMetrics ownMetrics,
      RehearsalGate rehearsal,
      TimeOrderedIds ids,
      Provider<Notifications> notifications,
      Closers closers) {
    // Asked for at the first event only, since what notifies needs the platform itself.
    Consumer<Notification> news = event -> notifications.get().offer(event);
    PlatformFolders folders =
        new PlatformFolders(
            home.resolve("plugins"),
            directory.plugins(),
            directory.guardrails(),
            directory.extensions(),
            directory.path().resolve("work"),
            config.section("guardrails").flag("auto_promote", false),
            config.section("folder").flag("authoritative", true));
    PlatformServices services =
        new PlatformServices(
            blobs,
            recorder,
            history,
            problems,
            catalog,
            config::plugin,
            config.plugins().keySet(),
            https::forTarget,
            clock,
            unit -> new SecureRandom(),
            new ContextServices(https::forServer, https::secret, ownMetrics, news, ids::next),
            new JarPolicy(TrustPolicy.of(config.section("trust")), new MachineProbe(clock)));
    Settings probation = config.section("probation");
    PlatformPolicy policy =
        new PlatformPolicy(
            probation.duration("duration", PlatformPolicy.PROBATION),
            Math.toIntExact(probation.integer("calls", PlatformPolicy.PROBATION_CALLS)),
            rehearsal,
            ownMetrics,
            System::nanoTime);
    return closers.add("plugin platform", new PluginPlatform(folders, services, policy));
  }

  @Provides
  @Singleton
  Notifications notifications(
      ExtensionCatalog extensions, OwnMetrics metrics, Problems problems, Closers closers) {
    return closers.add(
        "notifications", new Notifications(extensions::notifiers, metrics, problems));
  }

  @Provides
  @Singleton
  Exports exports(
      ExtensionCatalog extensions, OwnMetrics metrics, Problems problems, Closers closers) {
    return closers.add("exports to others", new Exports(extensions::exporters, metrics, problems));
  }

  @Provides
  @Singleton
  ExtensionCatalog extensions(PluginPlatform platform) {
    return platform;
  }

  @Provides
  @Singleton
  PluginDirectory directory(PluginPlatform platform) {
    return platform;
  }
}
