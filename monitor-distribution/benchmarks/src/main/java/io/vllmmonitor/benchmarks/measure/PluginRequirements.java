package io.vllmmonitor.benchmarks.measure;

import java.util.List;

/** What the plugin platform must reach, and the names of its figures and columns. */
final class PluginRequirements {
  static final String EVALUATION = "one evaluation, CPU ns";
  static final String SHARE = "500 guardrails on 20 targets a second, % of a core";
  static final String FAILED = "calls that failed in 100 swaps";
  static final String LEAKED = "class loaders left after 100 swaps";
  static final String SOURCE_LIVE = "a dropped source is live after, s";
  static final String JAR_LIVE = "a dropped jar is live after, s";
  static final String BUDGET = "cost of the budget in one evaluation, CPU ns";
  static final String COMPILE = "warm compilation, ms";

  /** The same compiled by the JDK's compiler, with the budget. */
  static final String JAVAC = "javac";

  /** The same without any change to its classes. */
  static final String PLAIN = "javac, unguarded";

  /** The same rule as an expression. */
  static final String MVEL = "MVEL";

  static final List<String> SYSTEMS = List.of(Figures.OURS, JAVAC, PLAIN, MVEL);

  static final List<Requirement> ALL =
      List.of(
          new Requirement(EVALUATION, JAVAC, false, 1.2, 1.0),
          new Requirement(EVALUATION, MVEL, false, 1.0 / 15, 1.0 / 30),
          new Requirement(SHARE, null, false, 5, 2),
          new Requirement(FAILED, null, false, 0, 0),
          new Requirement(LEAKED, null, false, 0, 0),
          new Requirement(SOURCE_LIVE, null, false, 5, 1),
          new Requirement(JAR_LIVE, null, false, 5, 1));

  private PluginRequirements() {}
}
