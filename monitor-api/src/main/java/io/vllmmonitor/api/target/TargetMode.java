package io.vllmmonitor.api.target;

/** How far the monitor may go with a target. */
public enum TargetMode {
  /** Scrape, judge, record. No mitigation is planned. */
  OBSERVE,
  /** Also plan mitigations and store them as advice; nothing is sent to the server. The default. */
  ADVISE,
  /** Also carry plans out when every gate is open. */
  ACT
}
