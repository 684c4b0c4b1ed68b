package io.vllmmonitor.core.plugin;

/** What the firings of a unit's guardrails may lead to, from least to most. */
public enum Stage {
  /** Evaluated and recorded, without effect. */
  SHADOW,
  /** Incidents open and strategies advise; nothing is sent, whatever the target's mode. */
  ADVISE,
  /** Whatever the target's mode allows. */
  ACT
}
