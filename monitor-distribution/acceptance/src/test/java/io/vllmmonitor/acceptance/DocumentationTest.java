package io.vllmmonitor.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.core.config.ConfigKeys;
import io.vllmmonitor.plugin.source.vllm.VllmSourcePlugin;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documentation says is what the files hold. */
class DocumentationTest {
  private static final Path ROOT = root();
  private static final Pattern CODE =
      Pattern.compile("<!-- file: (\\S+) -->\\n```\\w*\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  @Test
  void everyCodeBlockOfAGuideIsTheFileThatIsTested() throws IOException {
    int blocks = 0;
    for (Path page : pages()) {
      Matcher block = CODE.matcher(Files.readString(page));
      while (block.find()) {
        blocks++;
        assertThat(block.group(2))
            .as(page + " shows " + block.group(1))
            .isEqualTo(Files.readString(ROOT.resolve("docs").resolve(block.group(1))));
      }
    }
    assertThat(blocks).isGreaterThanOrEqualTo(5);
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    int links = 0;
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        links++;
        assertThat(page.resolveSibling(link.group(1)).normalize()).as("link in " + page).exists();
      }
    }
    assertThat(links).isGreaterThan(5);
  }

  @Test
  void everyConfigurationKeyIsDocumentedWithItsDefault() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/operate.md"));
    assertThat(page).contains(table());
  }

  @Test
  void everyKnownMetricFamilyIsDocumented() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/metrics.md"));
    List<MetricSpec> families =
        new VllmSourcePlugin().sources(FakePluginContext.forTarget()).get(0).metrics();
    assertThat(families).hasSizeGreaterThan(100);
    for (MetricSpec family : families) {
      assertThat(page)
          .contains(
              "| `%s` | %s | %s | %s |"
                  .formatted(
                      family.name(),
                      family.kind().name().toLowerCase(Locale.ROOT),
                      family.type().name().toLowerCase(Locale.ROOT),
                      family.unit()));
    }
  }

  private static String table() {
    StringBuilder table = new StringBuilder("| key | default | meaning |\n|---|---|---|\n");
    rows(table, "", ConfigKeys.TOP);
    rows(table, "targets[].", ConfigKeys.TARGET);
    ConfigKeys.SECTIONS.entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(section -> rows(table, section.getKey() + ".", section.getValue()));
    return table.toString();
  }

  private static void rows(StringBuilder table, String prefix, ConfigSpec spec) {
    for (ConfigSpec.Key key : spec.keys()) {
      String defaultValue = key.defaultValue().isEmpty() ? "" : "`" + key.defaultValue() + "`";
      table
          .append("| `")
          .append(prefix)
          .append(key.name())
          .append("` | ")
          .append(defaultValue)
          .append(" | ")
          .append(key.description())
          .append(" |\n");
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(ROOT.resolve("README.md")),
              docs.filter(file -> file.toString().endsWith(".md")))
          .sorted()
          .toList();
    }
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve(".mvn"))) {
      directory = java.util.Objects.requireNonNull(directory.getParent(), "no .mvn above");
    }
    return directory;
  }
}
