package io.vllmmonitor.api.plugin;

/** Where a plugin stands, as a summary for people. */
public enum PluginStatus {
  /** Its file was taken away. */
  NOT_LOADED,
  /** It is being started. */
  LOADING,
  /** It runs and brings nothing by itself. */
  LOADED,
  /** It runs and brings something. */
  ACTIVE,
  /** The operator disabled it. */
  INACTIVE,
  /** It was rejected or could not be started. */
  ERROR,
  /** Newer code is taking its place. */
  UPDATING,
  /** It is being stopped. */
  UNLOADING
}
