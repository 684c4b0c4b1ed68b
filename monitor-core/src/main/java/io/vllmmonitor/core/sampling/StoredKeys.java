package io.vllmmonitor.core.sampling;

import static io.vllmmonitor.api.error.ErrorCode.SCRAPE_NAME_TOO_LONG;
import static io.vllmmonitor.api.error.ErrorCode.SCRAPE_TOO_MANY_LABELS;
import static io.vllmmonitor.api.error.ErrorCode.SCRAPE_VALUE_TOO_LONG;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;

/**
 * Turns the keys of a page into the keys under which its series are stored: with {@code job} and
 * {@code instance}, and the page's own labels of those names moved aside. Checks each key once and
 * remembers it. Confined to one thread at a time.
 */
final class StoredKeys {
  static final int MOST_LABELS = 40;
  static final int LONGEST_NAME = 256;
  static final int LONGEST_VALUE = 4_096;

  private static final String JOB = "job";
  private static final String INSTANCE = "instance";
  private static final String JOB_NAME = "vllm";
  private static final String ASIDE = "exported_";
  private static final int MOST_REMEMBERED = 40_000;

  private final TargetId target;
  private final Map<SeriesKey, SeriesKey> known = new HashMap<>();

  StoredKeys(TargetId target) {
    this.target = target;
  }

  /** The key of a series that the monitor itself adds. */
  SeriesKey own(String name) {
    return new SeriesKey(name, Labels.of(JOB, JOB_NAME, INSTANCE, target.instance()));
  }

  SeriesKey of(SeriesKey page) {
    SeriesKey stored = known.get(page);
    if (stored == null) {
      check(page);
      stored = new SeriesKey(page.name(), labels(page.labels()));
      if (known.size() >= MOST_REMEMBERED) {
        known.clear(); // only a page that keeps changing comes here
      }
      known.put(page, stored);
    }
    return stored;
  }

  private Labels labels(Labels page) {
    NavigableMap<String, String> labels = page.toMap();
    moveAside(labels, JOB);
    moveAside(labels, INSTANCE);
    labels.put(JOB, JOB_NAME);
    labels.put(INSTANCE, target.instance());
    return Labels.of(labels);
  }

  private static void moveAside(NavigableMap<String, String> labels, String name) {
    String value = labels.remove(name);
    if (value == null) {
      return;
    }
    String aside = ASIDE + name;
    while (labels.containsKey(aside)) {
      aside = ASIDE + aside;
    }
    labels.put(aside, value);
  }

  private void check(SeriesKey page) {
    checkLength(page, page.name(), LONGEST_NAME, "metric name", SCRAPE_NAME_TOO_LONG);
    if (page.labels().size() > MOST_LABELS) {
      throw breach(
          SCRAPE_TOO_MANY_LABELS,
          page,
          page.labels().size() + " labels, at most " + MOST_LABELS + " are taken");
    }
    page.labels()
        .forEach(
            (name, value) -> {
              checkLength(page, name, LONGEST_NAME, "label name", SCRAPE_NAME_TOO_LONG);
              checkLength(page, value, LONGEST_VALUE, "label value", SCRAPE_VALUE_TOO_LONG);
            });
  }

  private void checkLength(SeriesKey page, String text, int most, String what, ErrorCode code) {
    // One character is one to three bytes (a pair of surrogates is four), so most need no counting.
    if (text.length() > most || text.length() * 3 > most) {
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > most) {
        throw breach(
            code, page, "a " + what + " of " + bytes + " bytes, at most " + most + " are taken");
      }
    }
  }

  private MonitorException breach(ErrorCode code, SeriesKey page, String what) {
    String name = page.name();
    return new MonitorException(
        code,
        Blame.ENVIRONMENT,
        "The page of "
            + target
            + " has a series with "
            + what
            + " ("
            + (name.length() > 80 ? name.substring(0, 80) + "…" : name)
            + "); the whole scrape is refused");
  }
}
