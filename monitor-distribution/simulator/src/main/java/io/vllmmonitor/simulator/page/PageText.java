package io.vllmmonitor.simulator.page;

import io.vllmmonitor.simulator.engine.HistogramSnapshot;

/** The text of a page while it is written. */
final class PageText {
  private final StringBuilder out = new StringBuilder(64 * 1024);

  void line(String text) {
    out.append(text).append('\n');
  }

  void family(String name, String help, String type) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  void sample(String series, double value) {
    out.append(series).append(' ').append(PythonFloat.format(value)).append('\n');
  }

  /**
   * The samples of one histogram.
   *
   * @param before labels that sort before {@code le}, without braces, or empty
   * @param after labels that sort after it, without braces, or empty
   */
  void histogram(String name, String before, String after, HistogramSnapshot h) {
    for (int i = 0; i < h.cumulative().size(); i++) {
      double edge = i < h.edges().size() ? h.edges().get(i) : Double.POSITIVE_INFINITY;
      String le = "le=\"" + PythonFloat.format(edge) + "\"";
      sample(name + "_bucket" + braces(before, le, after), (double) h.cumulative().get(i));
    }
    sample(name + "_count" + braces(before, after), (double) h.count());
    sample(name + "_sum" + braces(before, after), h.sum());
  }

  private static String braces(String... labels) {
    StringBuilder joined = new StringBuilder();
    for (String label : labels) {
      if (!label.isEmpty()) {
        joined.append(joined.length() == 0 ? "" : ",").append(label);
      }
    }
    return joined.length() == 0 ? "" : "{" + joined + "}";
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
