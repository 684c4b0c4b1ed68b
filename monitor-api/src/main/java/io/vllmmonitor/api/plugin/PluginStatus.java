package io.vllmmonitor.api.plugin;

/** Where a plugin stands, as a summary for people. */
public enum PluginStatus {
  NOT_LOADED,
  LOADING,
  LOADED,
  ACTIVE,
  INACTIVE,
  ERROR,
  UPDATING,
  UNLOADING
}
