package io.vllmmonitor.persistence.series;

import java.util.ArrayList;
import java.util.List;

/** Which neighbouring sealed files are to be brought together. Used by one thread. */
final class MergeRuns {
  /** Lines of one merged file; bounds the length of its lines. */
  private static final long MOST_LINES = 100_000;

  /** Samples of one merged file; bounds the memory of a merge. */
  private static final long MOST_SAMPLES = 1_000_000;

  private final int least;
  private final List<List<SealedLines>> runs = new ArrayList<>();
  private List<SealedLines> run = new ArrayList<>();
  private long lines;
  private long samples;

  private MergeRuns(int least) {
    this.least = least;
  }

  /**
   * Runs of files within the bounds; damaged files are left as they are.
   *
   * @param files in order
   * @param least files of a run
   */
  static List<List<SealedLines>> of(List<SealedLines> files, int least) {
    MergeRuns found = new MergeRuns(least);
    files.forEach(found::add);
    found.end();
    return found.runs;
  }

  private void add(SealedLines file) {
    long more = file.name().last() - file.name().first() + 1;
    long moreSamples = file.samples();
    if (file.isDamaged()) {
      end();
      return;
    }
    if (lines + more > MOST_LINES || samples + moreSamples > MOST_SAMPLES) {
      end();
    }
    run.add(file);
    lines += more;
    samples += moreSamples;
  }

  private void end() {
    if (run.size() >= least) {
      runs.add(run);
    }
    run = new ArrayList<>();
    lines = 0;
    samples = 0;
  }
}
