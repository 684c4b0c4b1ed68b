package io.vllmmonitor.api.store;

/** By which rules of order an append is judged. */
public enum AppendMode {
  /** The scrape of a target: the time of a series never goes back. */
  SCRAPED,
  /**
   * What others push: samples older than the newest of their series are stored while they are at
   * most the store's out-of-order window behind it.
   */
  PUSHED,
  /** An import: any age. Of two values at one time the one with the greater raw bits stays. */
  IMPORTED
}
