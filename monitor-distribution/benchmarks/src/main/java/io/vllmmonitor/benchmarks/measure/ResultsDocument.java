package io.vllmmonitor.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A document with a place for results between two marks. */
final class ResultsDocument {
  private static final String START = "<!-- results of .ci/bench ";
  private static final String END = "<!-- end of results -->";

  private ResultsDocument() {}

  /** Replaces the results of {@code .ci/bench storage}. */
  static void replace(Path document, String results) throws IOException {
    replace(document, "storage", results);
  }

  /**
   * Replaces what is between the marks of a benchmark.
   *
   * @throws IOException also when the marks are not there
   */
  static void replace(Path document, String benchmark, String results) throws IOException {
    String text = Files.readString(document);
    String mark = START + benchmark + " -->";
    int start = text.indexOf(mark);
    int end = text.indexOf(END, Math.max(start, 0));
    if (start < 0 || end < 0) {
      throw new IOException(document + " needs a line '" + mark + "' and one '" + END + "'");
    }
    String before = text.substring(0, start + mark.length());
    Files.writeString(document, before + "\n\n" + results.strip() + "\n\n" + text.substring(end));
  }
}
