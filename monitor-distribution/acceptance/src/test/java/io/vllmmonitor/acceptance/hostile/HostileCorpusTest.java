package io.vllmmonitor.acceptance.hostile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The corpus of hostile inputs, before anything of it is dropped. */
class HostileCorpusTest {
  @Test
  void theDocumentationShowsEveryInput() throws IOException {
    assertThat(Files.readString(root().resolve("docs/plugins.md"))).contains(HostileCorpus.table());
  }

  @Test
  void noTwoInputsGetIntoEachOthersWay() {
    List<String> names = new ArrayList<>();
    List<String> files = new ArrayList<>();
    for (HostileInput input : HostileCorpus.inputs()) {
      names.add(input.name());
      input.files().forEach(file -> files.add(input.kind() + " " + file));
    }
    assertThat(names).hasSizeGreaterThan(90).doesNotHaveDuplicates();
    assertThat(files).doesNotHaveDuplicates();
  }

  @Test
  void everyExpectedCodeExists() {
    Set<String> known = new HashSet<>();
    Stream.of(ErrorCode.values()).forEach(code -> known.add(code.name()));
    for (Expected expected : Expected.values()) {
      assertThat(known).as(expected.name()).containsAll(expected.codes());
    }
  }

  @Test
  void everyExpectationIsMetBySomeInput() {
    Set<Expected> met = new HashSet<>();
    HostileCorpus.inputs().forEach(input -> met.add(input.expected()));
    assertThat(met).containsExactlyInAnyOrder(Expected.values());
  }

  @Test
  void everyJarIsBuiltWithItsFault(@TempDir Path scratch) throws Exception {
    Path api = Path.of(ErrorCode.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Map<String, byte[]> jars = JarWorkshop.build(api, scratch);
    assertThat(jars).hasSize(HostileCorpus.recipes().size());
    assertThat(entries(requireNonNull(jars.get("no-entry")))).doesNotContain(JarRecipe.SERVICE);
    assertThat(entries(requireNonNull(jars.get("plain"))))
        .contains(JarRecipe.SERVICE, "hostile/plain/Rule.class");
    assertThat(entries(requireNonNull(jars.get("api-inside"))))
        .anyMatch(name -> name.startsWith("io/vllmmonitor/"));
    assertThat(requireNonNull(jars.get("zip-bomb")).length).isLessThan(2_000_000);
  }

  private static List<String> entries(byte[] jar) throws IOException {
    List<String> names = new ArrayList<>();
    try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
      for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
        names.add(entry.getName());
      }
    }
    return names;
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve(".mvn"))) {
      directory = Objects.requireNonNull(directory.getParent(), "no .mvn above");
    }
    return directory;
  }
}
