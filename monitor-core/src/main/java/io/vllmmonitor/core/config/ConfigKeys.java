package io.vllmmonitor.core.config;

import io.vllmmonitor.api.config.ConfigSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every key of {@code monitor.yaml}, with default and meaning, in one place: the loader checks
 * against it, the shipped example and the documentation are tested against it.
 */
public final class ConfigKeys {
  /** The keys at the top that hold one value. */
  public static final ConfigSpec TOP =
      ConfigSpec.of(
          new ConfigSpec.Key(
              "listen",
              "127.0.0.1:9464",
              "Address of the HTTP API; loopback only. Port 0 takes a free one."));

  /** The keys of one entry of {@code targets}. */
  public static final ConfigSpec TARGET =
      ConfigSpec.of(
          new ConfigSpec.Key("url", "", "The server: [http[s]://]host[:8000][/prefix]. Required."),
          new ConfigSpec.Key("mode", "advise", "observe, advise or act."),
          new ConfigSpec.Key(
              "scrape_interval",
              "5s",
              "From the start of one scrape to the start of the next; 1s in --demo."),
          new ConfigSpec.Key(
              "bearer_token", "", "A secret reference, env:NAME or file:/path; empty sends none."),
          new ConfigSpec.Key(
              "ca_file",
              "",
              "A PEM file with the authorities to trust for https; empty trusts those of the JVM."));

  /** The sections with one level of keys, by name. */
  public static final Map<String, ConfigSpec> SECTIONS = sections();

  /** The section that holds the targets. */
  static final String TARGETS = "targets";

  /** The section that holds a section per plugin. */
  static final String PLUGINS = "plugins";

  private ConfigKeys() {}

  private static Map<String, ConfigSpec> sections() {
    Map<String, ConfigSpec> sections = new LinkedHashMap<>();
    sections.put(
        "guardrails",
        ConfigSpec.of(
            new ConfigSpec.Key(
                "auto_promote",
                "false",
                "Whether a new or changed guardrail source has effect at once where the target's mode is act; otherwise it starts in shadow.")));
    sections.put(
        "folder",
        ConfigSpec.of(
            new ConfigSpec.Key(
                "authoritative",
                "true",
                "Whether one file missing among others counts as a removal. An empty or missing folder never does.")));
    sections.put(
        "lifecycle",
        ConfigSpec.of(
            new ConfigSpec.Key(
                "hang_after",
                "10s",
                "How long nothing may move while work is pending before the state is ERROR.")));
    sections.put(
        "mitigations",
        ConfigSpec.of(
            new ConfigSpec.Key(
                "min_confidence",
                "0.7",
                "The least confidence of a choice that may be acted on, 0 to 1."),
            new ConfigSpec.Key(
                "cooldown_seconds", "600", "The least time between two mitigations of one target."),
            new ConfigSpec.Key(
                "max_interventions_per_hour",
                "3",
                "The most mitigations of one target in an hour."),
            new ConfigSpec.Key(
                "max_interventions_per_day", "6", "The most mitigations of one target in a day."),
            new ConfigSpec.Key(
                "escalation_threshold",
                "3",
                "After how many mitigations of one incident it is left to people; 0 means no such limit."),
            new ConfigSpec.Key(
                "enable_aggressive_actions",
                "false",
                "Whether plans that cannot be undone may be carried out."),
            new ConfigSpec.Key(
                "advice_repeat_seconds",
                "600",
                "How soon the same advice or refusal about one incident may be stored again.")));
    sections.put(
        "rehearsal",
        ConfigSpec.of(
            new ConfigSpec.Key(
                "enabled",
                "true",
                "Whether new code is rehearsed over stored samples before it goes live."),
            new ConfigSpec.Key(
                "window", "24h", "How much stored time it is rehearsed over, at most 31d."),
            new ConfigSpec.Key(
                "deadline",
                "60s",
                "How long a rehearsal may last, at most 10m; what was left is told."),
            new ConfigSpec.Key(
                "max_firing_ratio",
                "0.5",
                "Code that would be firing for a greater share of the time goes live in shadow."),
            new ConfigSpec.Key(
                "promote_after",
                "0s",
                "After how long in shadow, without failures and below that share, code is promoted by itself; 0s means never.")));
    sections.put("storage", StorageKeys.SPEC);
    sections.put(
        "trust",
        ConfigSpec.of(
            new ConfigSpec.Key(
                "require_signature",
                "false",
                "Whether a dropped jar runs only with a signature, NAME.jar.sig beside it, or where it is pinned."),
            new ConfigSpec.Key(
                "allow_unsigned",
                "true",
                "Whether a dropped jar without a signature runs unasked; otherwise it waits for 'plugin approve'."),
            new ConfigSpec.Key(
                "pinned",
                "",
                "The SHA-256 of jars that run whatever else holds, with commas between them.")));
    sections.put(
        "probation",
        ConfigSpec.of(
            new ConfigSpec.Key(
                "duration",
                "60s",
                "How long a new generation of a plugin or source is on probation at least; when it fails meanwhile, the one before takes its place again. 0s and calls 0 set none."),
            new ConfigSpec.Key(
                "calls",
                "20",
                "How many calls of it must have ended before its probation is over.")));
    return Map.copyOf(sections);
  }

  /** The names that may stand at the top of the file. */
  static List<String> topNames() {
    List<String> names =
        new java.util.ArrayList<>(TOP.keys().stream().map(ConfigSpec.Key::name).toList());
    names.addAll(SECTIONS.keySet());
    names.add(TARGETS);
    names.add(PLUGINS);
    return names;
  }
}
