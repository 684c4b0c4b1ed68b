package io.vllmmonitor.api.code;

/** The form in which code came. */
public enum CodeKind {
  /** A plugin jar that ships inside the distribution. */
  BUNDLED_JAR,
  /** A plugin jar from the drop folder. */
  JAR,
  /** One dropped {@code .java} file. */
  SOURCE
}
