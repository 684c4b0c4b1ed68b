package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of another plugin will do: {@code >=1.2.0}, {@code >=1.2.0 <2.0.0}, {@code
 * [1.0,2.0)}, {@code 1.2.x}, {@code 1.2.0} for exactly that one, {@code *} for all. A missing
 * number of a bound is 0. An upper bound that excludes a release excludes its prereleases too:
 * {@code <2.0.0} does not accept {@code 2.0.0-rc.1}. Immutable.
 */
public final class VersionRange {
  private static final Pattern INTERVAL =
      Pattern.compile("([\\[(])\\s*([^,\\[\\]()]*?)\\s*,\\s*([^,\\[\\]()]*?)\\s*([\\])])");
  private static final Pattern WILDCARD = Pattern.compile("(\\d{1,9})(?:\\.(\\d{1,9}))?\\.[xX*]");
  private static final Pattern COMPARATOR = Pattern.compile("(>=|<=|>|<|=)?\\s*([0-9A-Za-z.+-]+)");
  private static final Pattern SHORT = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");
  private static final String EXPECTED =
      "; expected such as >=1.2.0, '>=1.2.0 <2.0.0', [1.0,2.0), 1.2.x, 1.2.0 or *";

  private final String text;
  private final List<Bound> bounds;

  private VersionRange(String text, List<Bound> bounds) {
    this.text = text;
    this.bounds = List.copyOf(bounds);
  }

  /** One end of a range. */
  private record Bound(Side side, Version version) {
    boolean accepts(Version candidate) {
      int order = candidate.compareTo(version);
      return switch (side) {
        case AT_LEAST -> order >= 0;
        case ABOVE -> order > 0;
        case AT_MOST -> order <= 0;
        case BELOW ->
            order < 0
                && (version.isPrerelease()
                    || !candidate.isPrerelease()
                    || !candidate.hasNumbersOf(version));
        case EXACTLY -> order == 0;
      };
    }
  }

  private enum Side {
    AT_LEAST,
    ABOVE,
    AT_MOST,
    BELOW,
    EXACTLY
  }

  /** Every version. */
  public static VersionRange any() {
    return new VersionRange("*", List.of());
  }

  /**
   * Reads a range.
   *
   * @throws IllegalArgumentException naming what was found and what is expected
   */
  public static VersionRange parse(String text) {
    String range = requireNonNull(text, "text").trim();
    if (range.isEmpty()) {
      throw wrong(text);
    }
    if (range.equals("*")) {
      return any();
    }
    List<Bound> bounds = interval(range).or(() -> wildcard(range)).orElseGet(() -> list(range));
    if (acceptsNothing(bounds)) {
      throw new IllegalArgumentException("the range '" + range + "' accepts no version" + EXPECTED);
    }
    return new VersionRange(range, bounds);
  }

  private static Optional<List<Bound>> interval(String range) {
    Matcher matcher = INTERVAL.matcher(range);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    List<Bound> bounds = new ArrayList<>();
    if (!matcher.group(2).isEmpty()) {
      Side side = matcher.group(1).equals("[") ? Side.AT_LEAST : Side.ABOVE;
      bounds.add(new Bound(side, version(matcher.group(2), range)));
    }
    if (!matcher.group(3).isEmpty()) {
      Side side = matcher.group(4).equals("]") ? Side.AT_MOST : Side.BELOW;
      bounds.add(new Bound(side, version(matcher.group(3), range)));
    }
    return Optional.of(bounds);
  }

  private static Optional<List<Bound>> wildcard(String range) {
    Matcher matcher = WILDCARD.matcher(range);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int major = Integer.parseInt(matcher.group(1));
    if (matcher.group(2) == null) {
      return Optional.of(between(Version.release(major, 0, 0), Version.release(major + 1, 0, 0)));
    }
    int minor = Integer.parseInt(matcher.group(2));
    return Optional.of(
        between(Version.release(major, minor, 0), Version.release(major, minor + 1, 0)));
  }

  private static List<Bound> between(Version least, Version below) {
    return List.of(new Bound(Side.AT_LEAST, least), new Bound(Side.BELOW, below));
  }

  private static List<Bound> list(String range) {
    List<Bound> bounds = new ArrayList<>();
    Matcher matcher = COMPARATOR.matcher(range);
    int end = 0;
    while (matcher.find()) {
      if (!range.substring(end, matcher.start()).isBlank()) {
        throw wrong(range);
      }
      end = matcher.end();
      bounds.add(new Bound(side(matcher.group(1)), version(matcher.group(2), range)));
    }
    if (bounds.isEmpty() || !range.substring(end).isBlank()) {
      throw wrong(range);
    }
    return bounds;
  }

  private static Side side(@Nullable String operator) {
    if (operator == null) {
      return Side.EXACTLY;
    }
    return switch (operator) {
      case ">=" -> Side.AT_LEAST;
      case ">" -> Side.ABOVE;
      case "<=" -> Side.AT_MOST;
      case "<" -> Side.BELOW;
      default -> Side.EXACTLY;
    };
  }

  private static Version version(String text, String range) {
    String whole = text;
    Matcher brief = SHORT.matcher(text);
    if (brief.matches()) {
      whole = brief.group(1) == null ? text + ".0.0" : text + ".0";
    }
    return Version.parse(whole).orElseThrow(() -> wrong(range));
  }

  /** Whether some bound shuts out what another asks for; single bounds always leave something. */
  private static boolean acceptsNothing(List<Bound> bounds) {
    for (Bound lower : bounds) {
      if (lower.side() == Side.AT_MOST || lower.side() == Side.BELOW) {
        continue;
      }
      for (Bound other : bounds) {
        boolean upper = other.side() == Side.AT_MOST || other.side() == Side.BELOW;
        int order = lower.version().compareTo(other.version());
        boolean open = other.side() == Side.BELOW || lower.side() == Side.ABOVE;
        if (upper && (order > 0 || (order == 0 && open))) {
          return true;
        }
        if (lower.side() == Side.EXACTLY && !other.accepts(lower.version())) {
          return true;
        }
      }
    }
    return false;
  }

  private static IllegalArgumentException wrong(String range) {
    return new IllegalArgumentException("'" + range + "' is no range of versions" + EXPECTED);
  }

  /** Whether a version lies in the range. */
  public boolean accepts(Version version) {
    return bounds.stream().allMatch(bound -> bound.accepts(version));
  }

  /** Whether every version will do. */
  public boolean isAny() {
    return bounds.isEmpty();
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
