package io.vllmmonitor.api.source;

/** The answer to a question that cannot always be asked. */
public enum Answer {
  YES,
  NO,
  /** Not asked, not answered, or not offered by this server. */
  UNKNOWN;

  public static Answer of(boolean value) {
    return value ? YES : NO;
  }
}
