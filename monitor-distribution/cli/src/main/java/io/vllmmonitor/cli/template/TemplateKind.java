package io.vllmmonitor.cli.template;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/** The kinds of extension that there are templates for. */
public enum TemplateKind {
  GUARDRAIL("Fires while more requests wait than wanted", "most_waiting", "5"),
  PREDICTOR("Foresees a full KV cache while its usage grows", "soon_seconds", "120"),
  STRATEGY("Drops the prefix cache where the KV cache is full", "window_seconds", "30"),
  LEARNER("Ranks strategies by how often each one worked", "remembered_attempts", "200"),
  LISTENER("Counts and logs the transitions of a target", "log_every", "1"),
  SOURCE("Collects the load that a server tells as JSON", "path", "/load");

  private final String description;
  private final String configKey;
  private final String configDefault;

  TemplateKind(String description, String configKey, String configDefault) {
    this.description = requireNonNull(description, "description");
    this.configKey = requireNonNull(configKey, "configKey");
    this.configDefault = requireNonNull(configDefault, "configDefault");
  }

  /** As the command line spells it, and the folder of its templates. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The drop folder, below the data directory, that takes sources of this kind. */
  public String folder() {
    return this == GUARDRAIL ? "guardrails" : "extensions";
  }

  /** The header of a dropped source of this kind. */
  String header(String id) {
    return "/*\n * id: "
        + id
        + "\n * version: 1.0.0\n * description: "
        + description
        + "\n * config."
        + configKey
        + ": "
        + configDefault
        + "\n */\n\n";
  }
}
