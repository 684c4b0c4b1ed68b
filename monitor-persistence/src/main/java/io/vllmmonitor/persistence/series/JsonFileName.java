package io.vllmmonitor.persistence.series;

import io.vllmmonitor.persistence.json.LineReader;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file of samples: {@code DAY.jsonl} for the lines that grow, {@code DAY.jsonl.mark}
 * for their mark, {@code DAY.FIRST-LAST.jsonl[.zst]} for lines that were sealed. Immutable.
 *
 * @param day since 1970
 * @param first number of the first sealed line; 0 for the other two
 * @param last number of the last sealed line; 0 for the other two
 */
record JsonFileName(Kind kind, long day, long first, long last) {
  private static final Pattern NAME =
      Pattern.compile(
          "([+-]?\\d{4,9}-\\d\\d-\\d\\d)(?:\\.(\\d{1,18})-(\\d{1,18}))?\\.jsonl(\\.zst|\\.mark)?");

  /** What a file holds. */
  enum Kind {
    TAIL,
    MARK,
    SEALED
  }

  static String tail(long day) {
    return LocalDate.ofEpochDay(day) + ".jsonl";
  }

  static String mark(long day) {
    return tail(day) + ".mark";
  }

  static String sealed(long day, long first, long last, boolean compress) {
    return LocalDate.ofEpochDay(day)
        + "."
        + first
        + "-"
        + last
        + ".jsonl"
        + (compress ? LineReader.COMPRESSED : "");
  }

  /** Empty for files of other names. */
  static Optional<JsonFileName> parse(String fileName) {
    Matcher name = NAME.matcher(fileName);
    if (!name.matches()) {
      return Optional.empty();
    }
    OptionalLong day = dayOf(name.group(1));
    if (day.isEmpty()) {
      return Optional.empty();
    }
    boolean mark = ".mark".equals(name.group(4));
    if (name.group(2) != null) {
      long first = Long.parseLong(name.group(2));
      long last = Long.parseLong(name.group(3));
      return mark || first < 1 || last < first
          ? Optional.empty()
          : Optional.of(new JsonFileName(Kind.SEALED, day.getAsLong(), first, last));
    }
    if (LineReader.COMPRESSED.equals(name.group(4))) {
      return Optional.empty();
    }
    return Optional.of(new JsonFileName(mark ? Kind.MARK : Kind.TAIL, day.getAsLong(), 0, 0));
  }

  /** The name of a part; empty when a text is no day. */
  static OptionalLong dayOf(String text) {
    try {
      return OptionalLong.of(LocalDate.parse(text).toEpochDay());
    } catch (DateTimeException e) {
      return OptionalLong.empty();
    }
  }
}
