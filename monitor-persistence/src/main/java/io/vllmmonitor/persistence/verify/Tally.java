package io.vllmmonitor.persistence.verify;

import io.vllmmonitor.api.error.MonitorException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gathers what one verification reads and finds. Used by one thread. */
final class Tally {
  static final String RECORDS = "records";
  static final String SAMPLES = "samples";
  static final String AGGREGATES = "aggregates";
  static final String BACKUP = "backup";

  private static final int MOST_NOTES = 1_000;
  private static final Map<String, String> REMEDIES =
      Map.of(
          RECORDS,
          "keep a copy of the file, then restore a backup: vllm-monitor restore BACKUP --data DIR",
          SAMPLES,
          "keep a copy of the file, then bring it back from a backup or take it away; the rest of"
              + " the store is served",
          AGGREGATES,
          "nothing while the samples of that time are there, aggregates are made again of them;"
              + " else bring the file back from a backup",
          BACKUP,
          "do not rely on this backup; make a new one: vllm-monitor backup");

  /** One part in the making. */
  private static final class Part {
    private int files;
    private long bytes;
    private long findings;
    private final Map<String, Long> checked = new TreeMap<>();
  }

  private final VerifyWatch watch;
  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long total;
  private long unlistedNotes;
  private boolean opened = true;

  Tally(VerifyWatch watch) {
    this.watch = watch;
  }

  /** Throws when the work is to end. */
  void look() {
    watch.checked(0);
  }

  /** Whether the work is to end. */
  boolean isStopped() {
    try {
      look();
      return false;
    } catch (MonitorException e) {
      return true; // whoever asked looks again, and throws it then
    }
  }

  private Part part(String name) {
    return parts.computeIfAbsent(name, unused -> new Part());
  }

  /** A file of a part is looked at now. */
  void begin(String part, String file, long bytes) {
    watch.step(file);
    part(part).files++;
    part(part).bytes += bytes;
  }

  void checked(String part, String sort, long count) {
    part(part).checked.merge(sort, count, Long::sum);
    watch.checked(count);
  }

  void found(String part, String file, String what) {
    total++;
    part(part).findings++;
    if (findings.size() < VerifyReport.MOST_FINDINGS) {
      findings.add(new Finding(part, file, what, REMEDIES.getOrDefault(part, "")));
    }
  }

  /** A file that could not be read on; its message says itself what to do. */
  void failed(String part, String file, MonitorException failure) {
    found(part, file, failure.describe());
  }

  /** The file of records cannot be read, or not to its end. */
  void unopened(String file, MonitorException failure) {
    opened = false;
    failed(RECORDS, file, failure);
  }

  void note(String text) {
    if (notes.size() < MOST_NOTES) {
      notes.add(text);
    } else {
      unlistedNotes++;
    }
  }

  VerifyReport report(Path directory, boolean backup, Instant at, long freeBytes) {
    List<PartReport> reports = new ArrayList<>();
    parts.forEach(
        (name, part) ->
            reports.add(new PartReport(name, part.files, part.bytes, part.checked, part.findings)));
    List<String> all = new ArrayList<>(notes);
    if (unlistedNotes > 0) {
      all.add(unlistedNotes + " more notes are not listed");
    }
    return new VerifyReport(
        directory, backup, at, opened, reports, findings, total, all, freeBytes);
  }
}
