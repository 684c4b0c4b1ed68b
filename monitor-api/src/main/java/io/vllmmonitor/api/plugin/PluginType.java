package io.vllmmonitor.api.plugin;

/** What a plugin is for, in the words users know. */
public enum PluginType {
  COLLECTOR,
  ANALYZER,
  INTERVENTION,
  GUARDRAIL,
  EXPORTER,
  STATE_HANDLER,
  COMPONENT,
  EXTENSION
}
