package io.vllmmonitor.acceptance.hostile;

import io.vllmmonitor.acceptance.hostile.JarRecipe.Spot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Good plugins that count their calls, keep the count in their state three times over, and say in
 * the reason of their pending breach which version they are, how often they were called, and what
 * they got back: {@code version 3 calls 17 restored 12 torn false}. Stateless.
 */
public final class CountingPlugins {
  /** The jar of which there are several versions. */
  public static final String SWAPPED = "swapped";

  private static final String REPEATS = "2000";
  private static final String STATE =
      """
        private long restored = -1;
        private boolean torn;

        %1$s void saveState(io.vllmmonitor.api.extension.StateWriter state) {
          state.integer("calls", calls);
          state.integer("minus", -calls);
          state.text("many", many(calls));
        }

        %1$s void restoreState(
            io.vllmmonitor.api.extension.StateReader state, int fromVersion) {
          calls = state.integer("calls", 0);
          restored = calls;
          torn = state.integer("minus", 1) != -calls || !state.text("many", "").equals(many(calls));
        }

        private static String many(long number) {
          StringBuilder text = new StringBuilder();
          for (int i = 0; i < %2$s; i++) {
            text.append(number);
          }
          return text.toString();
        }
      """;

  private CountingPlugins() {}

  /**
   * Builds jars against the api jar.
   *
   * @param versions of {@link #SWAPPED}, named {@code swapped-1} and so on
   * @param others units of their own, in version 1
   * @return the jars by name
   * @throws IOException also when something does not compile
   */
  public static Map<String, byte[]> build(Path api, Path scratch, int versions, List<String> others)
      throws IOException {
    List<JarRecipe> recipes = new ArrayList<>();
    for (int version = 1; version <= versions; version++) {
      recipes.add(
          counting(SWAPPED + "-" + version, version)
              .withAttribute("Plugin-Id", SWAPPED)
              .withAttribute("Plugin-Version", version + ".0.0"));
    }
    others.forEach(unit -> recipes.add(counting(unit, 1)));
    return JarWorkshop.build(recipes, api, scratch);
  }

  /** A dropped source that does the same. */
  public static String source(String id, String type) {
    return SourceText.of(
        id,
        type,
        "private long calls;\n" + STATE.formatted("public", "20"),
        "calls++;\n" + answer(1));
  }

  private static JarRecipe counting(String unit, int version) {
    return JarRecipe.of(unit)
        .with(Spot.MEMBERS, STATE.formatted("@Override public", REPEATS))
        .with(Spot.CHECK, answer(version));
  }

  private static String answer(int version) {
    return "return Verdict.breach(\"version "
        + version
        + " calls \" + calls + \" restored \" + restored + \" torn \" + torn);";
  }
}
