package io.vllmmonitor.api.plugin;

/** What a plugin is for, in the words users know. */
public enum PluginType {
  /** It brings samples or targets: sources and discoveries. */
  COLLECTOR,
  /** It finds out what is going to happen or what helps: predictors and learners. */
  ANALYZER,
  /** It does something about incidents: strategies and actuators. */
  INTERVENTION,
  /** It judges samples. */
  GUARDRAIL,
  /** It takes news or samples elsewhere: notifiers and exporters. */
  EXPORTER,
  /** It follows the states of targets: lifecycle listeners. */
  STATE_HANDLER,
  /** It brings nothing itself; others build on it. */
  COMPONENT,
  /** It does not run, so that nothing more is known of it. */
  EXTENSION
}
