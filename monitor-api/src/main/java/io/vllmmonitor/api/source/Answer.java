package io.vllmmonitor.api.source;

/** The answer to a question that cannot always be asked. */
public enum Answer {
  /** It is so. */
  YES,
  /** It is not so. */
  NO,
  /** Not asked, not answered, or not offered by this server. */
  UNKNOWN;

  /** YES for true, NO for false. */
  public static Answer of(boolean value) {
    return value ? YES : NO;
  }
}
