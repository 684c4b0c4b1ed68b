package io.vllmmonitor.simulator.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** Pages of a real server, as test resources. */
final class CapturedPage {
  private CapturedPage() {}

  static List<String> lines(String name) {
    try (InputStream in = CapturedPage.class.getResourceAsStream("/pages/" + name)) {
      return List.of(
          new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8).split("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The page with its values taken out. */
  static List<String> skeleton(List<String> lines) {
    return lines.stream()
        .map(line -> line.startsWith("#") ? line : line.substring(0, line.lastIndexOf(' ')))
        .toList();
  }
}
