package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.core.config.ConfigFlags;
import io.vllmmonitor.core.config.ConfigKeys;
import io.vllmmonitor.core.config.ConfigLoader;
import io.vllmmonitor.core.config.MonitorConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commented example of the distribution is the whole configuration, with its defaults. */
class ShippedConfigurationTest {
  private static final Path EXAMPLE = Path.of("../bundle/src/main/bundle/conf/monitor.yaml");

  @TempDir private Path directory;

  @Test
  void asShippedItSaysNothing() throws Exception {
    assertThat(Files.readAllLines(EXAMPLE))
        .allSatisfy(line -> assertThat(line.isEmpty() || line.startsWith("#")).isTrue());
  }

  @Test
  void withoutCommentsItHoldsEveryKeyWithItsDefault() throws Exception {
    Path file = directory.resolve("monitor.yaml");
    String text =
        Files.readAllLines(EXAMPLE).stream()
            .filter(line -> line.matches("#[a-z ].*"))
            .filter(line -> !line.matches("# [A-Z\\w].*"))
            .map(line -> line.substring(1))
            .collect(Collectors.joining("\n"));
    Path authorities = Files.writeString(directory.resolve("own-ca.pem"), "a certificate");
    assertThat(text).contains("/etc/ssl/own-ca.pem");
    Files.writeString(file, text.replace("/etc/ssl/own-ca.pem", authorities.toString()));
    MonitorConfig config =
        new ConfigLoader(Map.of(), directory).load(new ConfigFlags(List.of(), null, null, file));
    for (Map.Entry<String, ConfigSpec> section : ConfigKeys.SECTIONS.entrySet()) {
      assertThat(text).contains("\n" + section.getKey() + ":");
      for (ConfigSpec.Key key : section.getValue().keys()) {
        assertThat(text).contains("  " + key.name() + ": " + key.defaultValue());
      }
    }
    for (ConfigSpec.Key key : ConfigKeys.TOP.keys()) {
      assertThat(text).contains(key.name() + ": " + key.defaultValue());
    }
    for (ConfigSpec.Key key : ConfigKeys.TARGET.keys()) {
      assertThat(text).contains(" " + key.name() + ": ");
    }
    assertThat(config.targets()).hasSize(1);
    assertThat(config.listen().port()).isEqualTo(9464);
  }
}
