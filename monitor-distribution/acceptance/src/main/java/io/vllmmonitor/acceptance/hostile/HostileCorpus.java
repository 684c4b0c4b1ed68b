package io.vllmmonitor.acceptance.hostile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** All hostile inputs, and the jars that they and their healthy neighbours need. Stateless. */
public final class HostileCorpus {
  private HostileCorpus() {}

  /** Every input, by wave. */
  public static List<HostileInput> inputs() {
    List<HostileInput> inputs = new ArrayList<>();
    inputs.addAll(new BrokenJars().inputs());
    inputs.addAll(new HostileFiles().inputs());
    inputs.addAll(HostileSources.all());
    inputs.addAll(HostileExtensions.all());
    inputs.addAll(new HostileJars().inputs());
    return Stream.of(Wave.values())
        .flatMap(wave -> inputs.stream().filter(input -> input.wave() == wave))
        .toList();
  }

  /** The jars to build. */
  static Collection<JarRecipe> recipes() {
    List<JarRecipe> recipes = new ArrayList<>(SteadyPlugins.recipes());
    recipes.addAll(new BrokenJars().recipes());
    recipes.addAll(new HostileFiles().recipes());
    recipes.addAll(new HostileJars().recipes());
    return recipes;
  }

  /** The table of the documentation. */
  public static String table() {
    StringBuilder table =
        new StringBuilder(
            "| dropped | what it is | what comes of it | codes |\n|---|---|---|---|\n");
    for (HostileInput input : inputs()) {
      table.append(
          "| `%s` | %s: %s | %s | %s |%n"
              .formatted(
                  input.name(),
                  input.kind().name().toLowerCase(Locale.ROOT),
                  input.what(),
                  input.expected().containment().words(),
                  codes(input.expected())));
    }
    return table.toString();
  }

  private static String codes(Expected expected) {
    if (!expected.codes().isEmpty()) {
      return String.join(", ", expected.codes().stream().sorted().toList());
    }
    return switch (expected.containment()) {
      case REFUSED, FAULTED -> "any";
      case ENDED, RUNS, UNMOVED -> "none needed";
    };
  }
}
