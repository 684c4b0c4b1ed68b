package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.persistence.exchange.ImportReport.Conflict;
import io.vllmmonitor.persistence.exchange.ImportReport.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what becomes of everything that is imported. Confined to one thread. */
final class Tally {
  static final String SAMPLES = "samples";
  static final String BLOBS = "blobs";

  private static final class Counts {
    private long added;
    private long changed;
    private long same;
    private long kept;
    private long rejected;
  }

  private final Map<String, Counts> counts = new LinkedHashMap<>();
  private final List<Conflict> conflicts = new ArrayList<>();
  private final SortedMap<String, Long> rejected = new TreeMap<>();

  void added(String part, long more) {
    of(part).added += more;
  }

  void same(String part, long more) {
    of(part).same += more;
  }

  void differs(String part, String what, boolean imported, String rule) {
    Counts counted = of(part);
    if (imported) {
      counted.changed++;
    } else {
      counted.kept++;
    }
    if (counted.changed + counted.kept <= ImportReport.MOST_CONFLICTS) {
      conflicts.add(new Conflict(part, what, imported ? "imported" : "kept", rule));
    }
  }

  /** Samples that were counted as added, or as changed, before the store refused them. */
  void rejectedSamples(String reason, long more) {
    Counts samples = of(SAMPLES);
    long ofAdded = Math.min(more, samples.added);
    samples.added -= ofAdded;
    samples.changed -= more - ofAdded;
    samples.rejected += more;
    rejected.merge(reason, more, Long::sum);
  }

  private Counts of(String part) {
    return counts.computeIfAbsent(part, unused -> new Counts());
  }

  List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    counts.forEach(
        (name, part) ->
            parts.add(
                new Part(
                    name,
                    part.added + part.changed + part.same + part.kept + part.rejected,
                    part.added,
                    part.changed,
                    part.same,
                    part.kept,
                    part.rejected)));
    return parts;
  }

  List<Conflict> conflicts() {
    return conflicts;
  }

  SortedMap<String, Long> rejected() {
    return rejected;
  }
}
