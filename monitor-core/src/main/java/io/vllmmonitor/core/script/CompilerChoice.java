package io.vllmmonitor.core.script;

import java.util.Locale;
import java.util.Optional;

/** Which compiler a dropped source is given to. */
public enum CompilerChoice {
  /** Janino, and the JDK's compiler for what Janino cannot take, where there is one. */
  AUTO,
  /** Janino alone: a few milliseconds, Java 8 without lambdas. */
  JANINO,
  /** The JDK's compiler alone: the whole language of Java 17. */
  JAVAC;

  /** The word of the header, such as {@code javac}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The choice of a word in a header; empty when it is none. */
  static Optional<CompilerChoice> of(String word) {
    for (CompilerChoice choice : values()) {
      if (choice.word().equals(word)) {
        return Optional.of(choice);
      }
    }
    return Optional.empty();
  }
}
