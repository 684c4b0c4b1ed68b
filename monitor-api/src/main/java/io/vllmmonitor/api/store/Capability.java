package io.vllmmonitor.api.store;

/** What a store promises beyond its interface; the contract tests check what is declared. */
public enum Capability {
  /** What was acknowledged is there after closing, killing and opening again. */
  DURABLE
}
