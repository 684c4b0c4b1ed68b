package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_START_FAILED;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.net.MalformedURLException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.AbstractPluginManager;
import org.pf4j.DefaultExtensionFactory;
import org.pf4j.DefaultExtensionFinder;
import org.pf4j.DefaultPluginDescriptor;
import org.pf4j.DefaultVersionManager;
import org.pf4j.ExtensionFactory;
import org.pf4j.ExtensionFinder;
import org.pf4j.Plugin;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRepository;
import org.pf4j.PluginState;
import org.pf4j.PluginStatusProvider;
import org.pf4j.VersionManager;

/**
 * PF4J, driven one jar at a time and only with files that {@code JarChecks} has passed. A plugin is
 * known to PF4J by the name of its file, which is the hash of its content, and a number, so that
 * two generations of one plugin, or one of them twice, can be loaded at once. PF4J runs no code of
 * a plugin: its start and stop are empty, the entry is made by {@link JarCode} on a worker. Not
 * thread-safe; the platform's lock guards it.
 */
final class JarHost extends AbstractPluginManager {
  private static final String SYSTEM_VERSION = "0.1.0";

  /** What PF4J is asked to load just now sees; its interface has no way to pass it on. */
  private List<ClassLoader> bases = List.of();

  private long loaded;

  JarHost(Path work) {
    super(List.of(work));
    setSystemVersion(SYSTEM_VERSION);
  }

  /**
   * Loads and starts one jar.
   *
   * @param sees the loaders of the plugins that it depends on
   * @return the id that PF4J knows it by, for {@link #close}
   */
  String open(Path jar, List<ClassLoader> sees) {
    bases = List.copyOf(sees);
    String id;
    try {
      id = loadPlugin(jar);
    } finally {
      bases = List.of();
    }
    PluginState state = startPlugin(id);
    if (state != PluginState.STARTED) {
      unloadPlugin(id);
      throw new MonitorException(
          PLUGIN_START_FAILED, Blame.PLUGIN, "Plugin jar " + jar.getFileName() + " is " + state);
    }
    return id;
  }

  /** Stops and unloads a jar; its class loader is closed. */
  void close(String id) {
    stopPlugin(id);
    unloadPlugin(id);
  }

  /** No path is known: the same copy may be loaded again beside itself. */
  @Override
  protected @Nullable String idForPath(Path path) {
    return null;
  }

  @Override
  protected PluginDescriptorFinder createPluginDescriptorFinder() {
    return new PluginDescriptorFinder() {
      @Override
      public boolean isApplicable(Path path) {
        return true;
      }

      @Override
      public PluginDescriptor find(Path path) {
        String id = path.getFileName() + "#" + ++loaded;
        // Dependencies are the platform's business: PF4J remembers unresolved plugins for ever.
        // So are versions, which PF4J compares by rules of its own.
        return new DefaultPluginDescriptor(
            id, "", Plugin.class.getName(), SYSTEM_VERSION, "*", "", "");
      }
    };
  }

  @Override
  protected PluginLoader createPluginLoader() {
    return new PluginLoader() {
      @Override
      public boolean isApplicable(Path path) {
        return true;
      }

      @Override
      public ClassLoader loadPlugin(Path path, PluginDescriptor descriptor) {
        try {
          return new PluginClassLoader(
              "plugin-" + descriptor.getPluginId(), path.toUri().toURL(), bases);
        } catch (MalformedURLException e) {
          throw new IllegalStateException("A file always has a URL: " + path, e);
        }
      }
    };
  }

  @Override
  protected PluginFactory createPluginFactory() {
    return wrapper -> new EmptyPlugin();
  }

  @Override
  protected PluginRepository createPluginRepository() {
    return new PluginRepository() {
      @Override
      public List<Path> getPluginPaths() {
        return List.of();
      }

      @Override
      public boolean deletePluginPath(Path path) {
        return false;
      }
    };
  }

  @Override
  protected PluginStatusProvider createPluginStatusProvider() {
    return new PluginStatusProvider() {
      @Override
      public boolean isPluginDisabled(String id) {
        return false;
      }

      @Override
      public void disablePlugin(String id) {
        throw new UnsupportedOperationException("The platform disables units, not PF4J");
      }

      @Override
      public void enablePlugin(String id) {
        throw new UnsupportedOperationException("The platform enables units, not PF4J");
      }
    };
  }

  @Override
  protected ExtensionFactory createExtensionFactory() {
    return new DefaultExtensionFactory();
  }

  @Override
  protected ExtensionFinder createExtensionFinder() {
    return new DefaultExtensionFinder(this);
  }

  @Override
  protected VersionManager createVersionManager() {
    return new DefaultVersionManager();
  }

  /** What PF4J starts and stops instead of code of the plugin. */
  private static final class EmptyPlugin extends Plugin {}
}
