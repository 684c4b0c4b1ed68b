package io.vllmmonitor.core.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_DUPLICATE_TARGET;
import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNKNOWN_KEY;
import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNREADABLE;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Durations;
import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.target.TargetMode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the configuration together: a flag wins over the environment, the environment over the file,
 * the file over the default. The environment spells a key as {@code VLLM_MONITOR_} and its path in
 * capitals, {@code storage.commit_interval_ms} as {@code VLLM_MONITOR_STORAGE_COMMIT_INTERVAL_MS};
 * {@code VLLM_MONITOR_TARGETS} is a list with commas.
 */
public final class ConfigLoader {
  private static final String PREFIX = "VLLM_MONITOR_";

  private final Map<String, String> environment;
  private final Path home;

  /**
   * @param environment the variables of the process
   * @param home the user's home directory, below which the default data directory lies
   */
  public ConfigLoader(Map<String, String> environment, Path home) {
    this.environment = Map.copyOf(environment);
    this.home = home;
  }

  /**
   * The data directory, for every command alike: the flag, else the environment, else {@code
   * storage.storage_dir} of the configuration, else below home.
   *
   * @param flag what the command line names; null when it names none
   * @param config the file that the command line names as the configuration; null leaves it to the
   *     environment and the data directory
   * @throws MonitorException CONFIG_UNREADABLE, CONFIG_UNKNOWN_KEY or CONFIG_INVALID_VALUE when the
   *     configuration is wrong and was named, or is needed
   */
  public Path dataDirectory(@Nullable Path flag, @Nullable Path config) {
    Path named = named(flag);
    if (named != null && config == null) {
      return named;
    }
    ConfigFile file = file(null, config); // a wrong name of a file must not pass in silence
    if (named != null) {
      return named;
    }
    String chosen = chosen("storage", "storage_dir", file);
    return chosen == null || chosen.isBlank() ? home.resolve(".vllm_monitor") : expand(chosen);
  }

  /** What flag or environment say; null when neither says anything. */
  private @Nullable Path named(@Nullable Path flag) {
    if (flag != null) {
      return flag.toAbsolutePath().normalize();
    }
    String variable = environment.get(PREFIX + "DATA");
    return variable == null || variable.isBlank() ? null : expand(variable);
  }

  /**
   * The whole configuration.
   *
   * @throws MonitorException CONFIG_UNREADABLE, CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE or
   *     CONFIG_DUPLICATE_TARGET
   */
  public MonitorConfig load(ConfigFlags flags) {
    return load(flags, Map.of());
  }

  /**
   * The whole configuration, with other defaults.
   *
   * @param defaults by path, such as {@code guardrails.auto_promote}; they stand in for the usual
   *     ones
   */
  public MonitorConfig load(ConfigFlags flags, Map<String, String> defaults) {
    refuseUnknownVariables();
    ConfigFile file = file(flags.data(), flags.config());
    Path data = dataDirectory(flags.data(), flags.config());
    ListenAddress listen = ListenAddress.parse(top("listen", flags.listen(), file));
    Map<String, Settings> sections = new LinkedHashMap<>();
    ConfigKeys.SECTIONS.forEach(
        (name, spec) -> sections.put(name, section(name, spec, file, defaults)));
    SectionChecks.check(sections);
    Map<String, Settings> plugins = new LinkedHashMap<>();
    file.plugins().forEach((id, values) -> plugins.put(id, Settings.of(values)));
    return new MonitorConfig(data, listen, targets(flags, file), sections, plugins);
  }

  private ConfigFile file(@Nullable Path data, @Nullable Path config) {
    Path named = config;
    String variable = environment.get(PREFIX + "CONFIG");
    if (named == null && variable != null && !variable.isBlank()) {
      named = expand(variable);
    }
    if (named != null) {
      if (!Files.isRegularFile(named)) {
        throw new MonitorException(
            CONFIG_UNREADABLE,
            Blame.OPERATOR,
            "There is no configuration file " + named + "; name an existing one with --config");
      }
      return ConfigFile.read(named);
    }
    Path directory = named(data);
    Path own =
        (directory == null ? home.resolve(".vllm_monitor") : directory).resolve("monitor.yaml");
    return Files.isRegularFile(own) ? ConfigFile.read(own) : ConfigFile.empty();
  }

  /**
   * A variable that is spelled like a key of a section but is none. Others that begin with the
   * prefix are left alone: container platforms set some for every service.
   */
  private void refuseUnknownVariables() {
    ConfigKeys.SECTIONS.forEach(
        (section, spec) -> {
          String start = PREFIX + section.toUpperCase(Locale.ROOT) + "_";
          List<String> known =
              spec.keys().stream().map(key -> start + key.name().toUpperCase(Locale.ROOT)).toList();
          for (String name : environment.keySet()) {
            if (name.startsWith(start) && !known.contains(name)) {
              throw new MonitorException(
                  CONFIG_UNKNOWN_KEY,
                  Blame.OPERATOR,
                  "Unknown environment variable " + name + "; " + NearestName.hint(name, known));
            }
          }
        });
  }

  private String top(String key, @Nullable String flag, ConfigFile file) {
    if (flag != null) {
      return flag;
    }
    String variable = environment.get(PREFIX + key.toUpperCase(Locale.ROOT));
    if (variable != null) {
      return variable;
    }
    String fromFile = file.top().get(key);
    return fromFile != null
        ? fromFile
        : ConfigKeys.TOP.key(key).map(ConfigSpec.Key::defaultValue).orElseThrow();
  }

  private Settings section(
      String name, ConfigSpec spec, ConfigFile file, Map<String, String> defaults) {
    Map<String, String> values = new LinkedHashMap<>();
    for (ConfigSpec.Key key : spec.keys()) {
      String chosen = chosen(name, key.name(), file);
      values.put(
          key.name(),
          chosen != null
              ? chosen
              : defaults.getOrDefault(name + "." + key.name(), key.defaultValue()));
    }
    return Settings.of(values);
  }

  /** What the environment says, else the file; null when neither says anything. */
  private @Nullable String chosen(String section, String key, ConfigFile file) {
    String variable = environment.get(PREFIX + (section + "_" + key).toUpperCase(Locale.ROOT));
    return variable != null ? variable : file.sections().getOrDefault(section, Map.of()).get(key);
  }

  private List<Target> targets(ConfigFlags flags, ConfigFile file) {
    List<Map<String, String>> entries = new ArrayList<>();
    String variable = environment.get(PREFIX + "TARGETS");
    if (!flags.targets().isEmpty()) {
      flags.targets().forEach(address -> entries.add(fromFileOrAlone(address, file)));
    } else if (variable != null && !variable.isBlank()) {
      for (String address : variable.split(",", -1)) {
        entries.add(fromFileOrAlone(address.trim(), file));
      }
    } else {
      entries.addAll(file.targets());
    }
    List<Target> targets = new ArrayList<>();
    Set<TargetId> seen = new HashSet<>();
    for (Map<String, String> entry : entries) {
      Target target = target(entry);
      if (!seen.add(target.id())) {
        throw new MonitorException(
            CONFIG_DUPLICATE_TARGET,
            Blame.OPERATOR,
            "Two targets have the instance '" + target.id() + "'; give each server once");
      }
      targets.add(target);
    }
    return targets;
  }

  /** An address on the command line keeps what the file says of the same server. */
  private static Map<String, String> fromFileOrAlone(String address, ConfigFile file) {
    URI url = TargetAddress.parse(address);
    for (Map<String, String> entry : file.targets()) {
      String known = entry.get("url");
      if (known != null && TargetAddress.parse(known).equals(url)) {
        return entry;
      }
    }
    return Map.of("url", address);
  }

  private Target target(Map<String, String> entry) {
    String address = entry.get("url");
    if (address == null) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "A target without 'url' among: " + entry.keySet() + "; write '- url: host:8000'");
    }
    URI url = TargetAddress.parse(address);
    String token = entry.getOrDefault("bearer_token", "");
    String caFile = entry.getOrDefault("ca_file", "");
    return new Target(
        TargetId.of(url),
        url,
        mode(address, entry.getOrDefault("mode", "advise")),
        interval(address, entry.getOrDefault("scrape_interval", "5s")),
        token.isEmpty() ? null : SecretReference.parse(token),
        caFile.isEmpty() ? null : caFile(address, expand(caFile)));
  }

  private static Path caFile(String target, Path file) {
    if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Target " + target + ": ca_file " + file + " cannot be read; expected a PEM file");
    }
    return file;
  }

  private static TargetMode mode(String target, String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "observe" -> TargetMode.OBSERVE;
      case "advise" -> TargetMode.ADVISE;
      case "act" -> TargetMode.ACT;
      default ->
          throw new MonitorException(
              CONFIG_INVALID_VALUE,
              Blame.OPERATOR,
              "Target " + target + ": mode is '" + text + "'; expected observe, advise or act");
    };
  }

  private static Duration interval(String target, String text) {
    try {
      return Durations.parse(text);
    } catch (MonitorException e) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Target " + target + ": scrape_interval: " + e.getMessage(),
          e);
    }
  }

  private Path expand(String path) {
    Path expanded = path.startsWith("~/") ? home.resolve(path.substring(2)) : Path.of(path);
    return expanded.toAbsolutePath().normalize();
  }
}
