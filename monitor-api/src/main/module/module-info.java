/**
 * The vocabulary of the monitor and everything that plugins implement or are given. Needs the JDK
 * only.
 */
module io.vllmmonitor.api {
  requires static org.jspecify;

  exports io.vllmmonitor.api.code;
  exports io.vllmmonitor.api.config;
  exports io.vllmmonitor.api.error;
  exports io.vllmmonitor.api.extension;
  exports io.vllmmonitor.api.guardrail;
  exports io.vllmmonitor.api.history;
  exports io.vllmmonitor.api.incident;
  exports io.vllmmonitor.api.learning;
  exports io.vllmmonitor.api.lifecycle;
  exports io.vllmmonitor.api.mitigation;
  exports io.vllmmonitor.api.notify;
  exports io.vllmmonitor.api.outcome;
  exports io.vllmmonitor.api.plugin;
  exports io.vllmmonitor.api.prediction;
  exports io.vllmmonitor.api.sample;
  exports io.vllmmonitor.api.source;
  exports io.vllmmonitor.api.store;
  exports io.vllmmonitor.api.target;
  exports io.vllmmonitor.api.view;
}
