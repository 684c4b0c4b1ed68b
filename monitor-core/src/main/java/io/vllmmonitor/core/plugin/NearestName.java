package io.vllmmonitor.core.plugin;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that someone probably meant. Stateless. */
final class NearestName {
  private NearestName() {}

  /** The known name with the fewest edits, if there is any. */
  static Optional<String> of(String wanted, Collection<String> known) {
    return known.stream().min(Comparator.comparingInt(name -> distance(wanted, name)));
  }

  private static int distance(String left, String right) {
    int[] before = new int[right.length() + 1];
    for (int j = 0; j < before.length; j++) {
      before[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] row = new int[before.length];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(before[j - 1] + change, 1 + Math.min(before[j], row[j - 1]));
      }
      before = row;
    }
    return before[right.length()];
  }
}
