package io.vllmmonitor.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;

/** The table of ratios, and one of all figures, as Markdown that reads well in a terminal. */
final class RatioTable {
  private static final List<String> SYSTEMS =
      List.of(Figures.OURS, Figures.PROMETHEUS, Figures.VICTORIA, Figures.ROWS);

  private RatioTable() {}

  /** Everything below the head of the results of the storage. */
  static String of(Figures figures) {
    return of(figures, Requirement.ALL, SYSTEMS);
  }

  /**
   * Everything below the head of results.
   *
   * @param systems the columns, ours first
   */
  static String of(Figures figures, List<Requirement> requirements, List<String> systems) {
    StringBuilder text = new StringBuilder();
    text.append(ratios(figures, requirements, systems)).append('\n');
    String rest = others(figures, requirements, systems);
    if (!rest.isEmpty()) {
      text.append("Also measured:\n\n").append(rest).append('\n');
    }
    figures.notes().forEach(note -> text.append("* ").append(note).append('\n'));
    return text.toString();
  }

  /** The figures whose "must" was missed or not measured. */
  static List<String> missed(Figures figures) {
    return missed(figures, Requirement.ALL);
  }

  /** The same of other requirements. */
  static List<String> missed(Figures figures, List<Requirement> requirements) {
    List<String> missed = new ArrayList<>();
    for (Requirement requirement : requirements) {
      String reached = requirement.reached(figures);
      if (reached.startsWith("no")) {
        String rival = requirement.rival() == null ? "" : " against " + requirement.rival();
        missed.add(requirement.figure() + rival + ": " + reached);
      }
    }
    return missed;
  }

  private static String ratios(
      Figures figures, List<Requirement> requirements, List<String> systems) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("figure"));
    head.addAll(systems);
    head.addAll(List.of("ratio to", "ratio", "must", "stretch", "reached"));
    rows.add(head);
    for (Requirement requirement : requirements) {
      List<String> row = new ArrayList<>(List.of(requirement.figure()));
      for (String system : systems) {
        row.add(Numbers.text(figures.get(requirement.figure(), system)));
      }
      String rival = requirement.rival();
      row.add(rival == null ? "itself" : rival);
      row.add(Numbers.text(requirement.ratio(figures)) + (rival == null ? "" : "×"));
      row.add(requirement.limit(requirement.must()));
      row.add(requirement.limit(requirement.stretch()));
      row.add(requirement.reached(figures));
      rows.add(row);
    }
    return table(rows);
  }

  private static String others(
      Figures figures, List<Requirement> requirements, List<String> systems) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("figure"));
    head.addAll(systems);
    rows.add(head);
    for (String figure : figures.names()) {
      if (requirements.stream().noneMatch(one -> one.figure().equals(figure))) {
        List<String> row = new ArrayList<>(List.of(figure));
        systems.forEach(system -> row.add(Numbers.text(figures.get(figure, system))));
        rows.add(row);
      }
    }
    return rows.size() == 1 ? "" : table(rows);
  }

  /** Rows as a table; the first one is its head. */
  static String table(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      for (int column = 0; column < widths.length; column++) {
        String cell = rows.get(i).get(column);
        text.append("| ").append(cell).append(" ".repeat(widths[column] - cell.length() + 1));
      }
      text.append("|\n");
      if (i == 0) {
        text.append("|---".repeat(widths.length)).append("|\n");
      }
    }
    return text.toString();
  }
}
