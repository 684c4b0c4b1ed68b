package io.vllmmonitor.embed;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.config.ConfigFlags;
import io.vllmmonitor.core.config.ConfigLoader;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.daemon.boot.RunningMonitor;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says what a monitor inside a program watches and where it remembers it. What is said here comes
 * first, then the {@code monitor.yaml} of the data directory, then the defaults; the environment of
 * the process is not read. Used by one thread.
 */
public final class VllmMonitorBuilder {
  private @Nullable PersistenceConfig persistence;
  private final List<String> targets = new ArrayList<>();
  private final Map<Integer, Choice> choices = new HashMap<>(); // by the place in targets
  private final Map<String, String> settings = new HashMap<>();
  private String listen = "127.0.0.1:0";
  private @Nullable Path home;
  private InstantSource clock = InstantSource.system();

  VllmMonitorBuilder() {}

  /** How a target is watched. */
  private record Choice(TargetMode mode, Duration interval) {}

  /** Where and how everything is remembered; required. */
  public VllmMonitorBuilder persistence(PersistenceConfig config) {
    persistence = requireNonNull(config, "config");
    return this;
  }

  /**
   * Watches a server; called once for each. Without any, the targets of the configuration file are
   * watched, else servers on this machine are looked for.
   *
   * @param address {@code [http[s]://]host[:8000][/prefix]}
   */
  public VllmMonitorBuilder target(String address) {
    targets.add(requireNonNull(address, "address"));
    return this;
  }

  /**
   * The same, whatever the configuration file says of that server.
   *
   * @param mode whether it is only observed, advised on, or acted on
   * @param interval from the start of one scrape to the start of the next; at least 10 ms, which
   *     {@link #start} checks
   */
  public VllmMonitorBuilder target(String address, TargetMode mode, Duration interval) {
    choices.put(targets.size(), new Choice(requireNonNull(mode, "mode"), requireNonNull(interval)));
    return target(address);
  }

  /**
   * Sets one key of the configuration outside of storage.
   *
   * @param key section and name, such as {@code mitigations.min_confidence}
   */
  public VllmMonitorBuilder setting(String key, String value) {
    settings.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
    return this;
  }

  /** Where the HTTP API listens, loopback only; by default on a free port. */
  public VllmMonitorBuilder listen(String address) {
    listen = requireNonNull(address, "address");
    return this;
  }

  /**
   * The unpacked distribution, whose plugins know how to watch vLLM. By default the one that this
   * library lies in.
   */
  public VllmMonitorBuilder home(Path directory) {
    home = requireNonNull(directory, "directory");
    return this;
  }

  /** What tells the time; for tests. */
  VllmMonitorBuilder clock(InstantSource source) {
    clock = source;
    return this;
  }

  /**
   * Opens the store, brings everything back and begins to watch.
   *
   * @throws io.vllmmonitor.api.error.MonitorException CONFIG_…, STORE_OWNED, STORE_DAMAGED and
   *     others; then nothing is left open
   */
  public VllmMonitor start() {
    PersistenceConfig config = persistence;
    if (config == null) {
      throw new IllegalStateException(
          "A monitor needs a persistence: persistence(PersistenceConfig.of(directory))");
    }
    RunningMonitor monitor =
        RunningMonitor.start(
            monitorConfig(config), config, home == null ? ownHome() : home, clock, () -> {});
    return new VllmMonitor(monitor, clock);
  }

  private MonitorConfig monitorConfig(PersistenceConfig config) {
    Path data = config.storageDir().toAbsolutePath().normalize();
    MonitorConfig loaded =
        new ConfigLoader(Map.of(), data)
            .load(new ConfigFlags(targets, data, listen, null), settings);
    Map<String, Settings> sections = new HashMap<>(loaded.sections());
    settings.forEach((key, value) -> overlay(sections, key, value));
    return new MonitorConfig(
        data, loaded.listen(), chosen(loaded.targets()), sections, loaded.plugins());
  }

  /** The targets come in the order in which they were named here. */
  private List<Target> chosen(List<Target> loaded) {
    List<Target> all = new ArrayList<>(loaded);
    choices.forEach(
        (place, choice) -> {
          Target target = all.get(place);
          all.set(
              place,
              new Target(
                  target.id(),
                  target.url(),
                  choice.mode(),
                  choice.interval(),
                  target.bearerToken(),
                  target.caFile()));
        });
    return all;
  }

  private static void overlay(Map<String, Settings> sections, String key, String value) {
    int dot = key.indexOf('.');
    Settings section = dot < 0 ? null : sections.get(key.substring(0, dot));
    if (section == null || !section.keys().contains(key.substring(dot + 1))) {
      throw new IllegalArgumentException("There is no configuration key " + key);
    }
    sections.put(
        key.substring(0, dot),
        section.overlaidWith(Settings.of(Map.of(key.substring(dot + 1), value))));
  }

  /** The folder above the one this library lies in; the working directory when it is no jar. */
  private static Path ownHome() {
    CodeSource source = VllmMonitorBuilder.class.getProtectionDomain().getCodeSource();
    if (source != null) {
      try {
        Path library = Path.of(source.getLocation().toURI()).getParent();
        if (library != null && Files.isDirectory(library.resolveSibling("plugins"))) {
          return library.resolveSibling("plugins").resolveSibling("");
        }
      } catch (URISyntaxException e) {
        return Path.of("");
      }
    }
    return Path.of("");
  }
}
