package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The metric families of vLLM, read from the table {@code families.txt} beside this class. Each
 * {@code vllm:} family also gets the spelling {@code vllm_…}, into which some pipelines turn the
 * colon.
 */
final class FamilyTable {
  private static final String PREFIX = "vllm:";

  private FamilyTable() {}

  static List<MetricSpec> read() {
    try (InputStream in = FamilyTable.class.getResourceAsStream("families.txt")) {
      if (in == null) {
        throw new IllegalStateException("families.txt is missing from the jar");
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(FamilyTable::family)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MetricSpec family(String line) {
    String[] cells = line.split("\\|", 6);
    List<String> aliases = new ArrayList<>();
    if (!cells[4].isEmpty()) {
      aliases.addAll(List.of(cells[4].split(",")));
    }
    List<String> names = new ArrayList<>(aliases);
    names.add(0, cells[3]);
    for (String name : names) {
      if (name.startsWith(PREFIX)) {
        aliases.add("vllm_" + name.substring(PREFIX.length()));
      }
    }
    return new MetricSpec(
        cells[3],
        MetricKind.valueOf(cells[0].toUpperCase(Locale.ROOT)),
        MetricType.valueOf(cells[1].toUpperCase(Locale.ROOT)),
        cells[2],
        aliases,
        cells[5]);
  }
}
