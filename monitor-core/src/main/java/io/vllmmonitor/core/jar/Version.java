package io.vllmmonitor.core.jar;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version as SemVer 2.0 has it. Prereleases come before their release; what follows a plus sign
 * tells builds apart and counts for nothing. Immutable.
 *
 * @param prerelease identifiers with dots, such as {@code rc.1}; empty for a release
 */
public record Version(int major, int minor, int patch, String prerelease)
    implements Comparable<Version> {
  /** What people are told is expected. */
  static final String EXPECTED = "a version such as 1.2.0 or 2.0.0-rc.1";

  private static final String NUMBER = "(0|[1-9]\\d{0,8})";
  private static final String IDENTIFIER = "(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)";
  private static final Pattern SHAPE =
      Pattern.compile(
          NUMBER
              + "\\."
              + NUMBER
              + "\\."
              + NUMBER
              + "(?:-("
              + IDENTIFIER
              + "(?:\\."
              + IDENTIFIER
              + ")*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");
  private static final int LONGEST = 100;

  /** Reads a version; empty where the text is none. */
  public static Optional<Version> parse(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    Matcher matcher = SHAPE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String prerelease = matcher.group(4);
    return Optional.of(
        new Version(
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            Integer.parseInt(matcher.group(3)),
            prerelease == null ? "" : prerelease));
  }

  /** A release. */
  static Version release(int major, int minor, int patch) {
    return new Version(major, minor, patch, "");
  }

  /** Whether it comes before a release of the same three numbers. */
  public boolean isPrerelease() {
    return !prerelease.isEmpty();
  }

  /** Whether the three numbers are the same. */
  boolean hasNumbersOf(Version other) {
    return major == other.major && minor == other.minor && patch == other.patch;
  }

  @Override
  public int compareTo(Version other) {
    int order = Integer.compare(major, other.major);
    order = order != 0 ? order : Integer.compare(minor, other.minor);
    order = order != 0 ? order : Integer.compare(patch, other.patch);
    if (order != 0) {
      return order;
    }
    if (!isPrerelease() || !other.isPrerelease()) {
      return Boolean.compare(other.isPrerelease(), isPrerelease());
    }
    return comparePrereleases(prerelease.split("\\.", -1), other.prerelease.split("\\.", -1));
  }

  private static int comparePrereleases(String[] left, String[] right) {
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      int order = compareIdentifiers(left[i], right[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }

  /** Numbers by value and before words; words by their characters. */
  private static int compareIdentifiers(String left, String right) {
    boolean leftNumber = isNumber(left);
    boolean rightNumber = isNumber(right);
    if (leftNumber && rightNumber && left.length() != right.length()) {
      return Integer.compare(left.length(), right.length());
    }
    if (leftNumber != rightNumber) {
      return leftNumber ? -1 : 1;
    }
    return left.compareTo(right);
  }

  private static boolean isNumber(String identifier) {
    return identifier.chars().allMatch(digit -> digit >= '0' && digit <= '9');
  }

  @Override
  public String toString() {
    String numbers = major + "." + minor + "." + patch;
    return isPrerelease() ? numbers + "-" + prerelease : numbers;
  }
}
