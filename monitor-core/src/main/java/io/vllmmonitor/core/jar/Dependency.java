package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Another plugin that a jar needs, or does not get along with: {@code id}, {@code id@RANGE}, {@code
 * id?} or {@code id?@RANGE} for one that it can do without. Immutable.
 *
 * @param optional whether the jar runs without it too; where it runs, its version must fit
 */
public record Dependency(String id, VersionRange range, boolean optional) {
  static final Pattern ID = Pattern.compile("[a-z][a-z0-9.-]{1,63}");
  private static final int MOST = 100;

  public Dependency {
    requireNonNull(id, "id");
    requireNonNull(range, "range");
  }

  /**
   * Reads a list with commas; commas within brackets belong to a range.
   *
   * @throws IllegalArgumentException naming the part that is wrong
   */
  public static List<Dependency> parseList(String text) {
    List<Dependency> all = new ArrayList<>();
    for (String part : split(text)) {
      Dependency dependency = parse(part.trim());
      if (all.stream().anyMatch(other -> other.id().equals(dependency.id()))) {
        throw new IllegalArgumentException("'" + dependency.id() + "' is named twice");
      }
      all.add(dependency);
      if (all.size() > MOST) {
        throw new IllegalArgumentException("more than " + MOST + " plugins are named");
      }
    }
    return List.copyOf(all);
  }

  private static Dependency parse(String part) {
    int at = part.indexOf('@');
    String name = (at < 0 ? part : part.substring(0, at)).trim();
    String range = at < 0 ? "*" : part.substring(at + 1).trim();
    boolean optional = name.endsWith("?") || range.endsWith("?");
    name = name.endsWith("?") ? name.substring(0, name.length() - 1).trim() : name;
    range = range.endsWith("?") ? range.substring(0, range.length() - 1).trim() : range;
    if (!ID.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + part + "' names no plugin; expected id, id@>=1.2.0 or id?@[1.0,2.0)");
    }
    return new Dependency(name, VersionRange.parse(range), optional);
  }

  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '[' || c == '(') {
        depth++;
      } else if (c == ']' || c == ')') {
        depth--;
      } else if (c == ',' && depth == 0) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    parts.removeIf(String::isBlank);
    return parts;
  }

  /** Whether this version of the plugin will do. */
  public boolean accepts(String version) {
    return range.isAny() || Version.parse(version).map(range::accepts).orElse(false);
  }

  /** As a manifest has it. */
  @Override
  public String toString() {
    return id + (optional ? "?" : "") + (range.isAny() ? "" : "@" + range);
  }
}
