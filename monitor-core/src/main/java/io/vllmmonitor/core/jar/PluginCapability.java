package io.vllmmonitor.core.jar;

import io.vllmmonitor.core.config.NearestName;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a plugin may do beyond looking and judging. A jar names what it needs in {@code
 * Plugin-Capabilities}; what it did not name it does not get.
 */
public enum PluginCapability {
  /** HTTP to servers other than its target. */
  HTTP,
  /** Work of its own at times of its own choice. */
  SCHEDULE,
  /** Actuators, which change a server. */
  ACT;

  /** As the manifest spells it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a list with commas.
   *
   * @throws IllegalArgumentException naming a word that is none, and the nearest known one
   */
  static Set<PluginCapability> parseList(String text) {
    Set<PluginCapability> all = EnumSet.noneOf(PluginCapability.class);
    List<String> known = Arrays.stream(values()).map(PluginCapability::word).toList();
    for (String part : text.split(",", -1)) {
      String word = part.trim();
      if (word.isEmpty()) {
        continue;
      }
      int place = known.indexOf(word);
      if (place < 0) {
        throw new IllegalArgumentException(
            "there is no capability '" + word + "'; " + NearestName.hint(word, known));
      }
      all.add(values()[place]);
    }
    return Collections.unmodifiableSet(all);
  }
}
