package io.vllmmonitor.core.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Finds what someone probably meant: the known name with the fewest changed letters (Levenshtein
 * 1966).
 */
public final class NearestName {
  private static final int LONGEST = 200;
  private static final int MOST_CHANGES = 4;

  private NearestName() {}

  /**
   * The nearest known name, unless more than a third of the letters, rounded up, or more than four
   * would have to change; farther names only mislead.
   */
  public static Optional<String> of(String word, Collection<String> known) {
    if (word.length() > LONGEST) {
      return Optional.empty();
    }
    return known.stream()
        .filter(name -> distance(word, name) <= mostChanges(word))
        .min(
            Comparator.<String>comparingInt(name -> distance(word, name))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** A sentence that helps: names the nearest one, or all of them when none is near. */
  public static String hint(String word, Collection<String> known) {
    return of(word, known)
        .map(name -> "did you mean '" + name + "'?")
        .orElseGet(() -> "known are: " + String.join(", ", known.stream().sorted().toList()));
  }

  private static int mostChanges(String word) {
    return Math.min(MOST_CHANGES, Math.max(1, (word.length() + 2) / 3));
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
