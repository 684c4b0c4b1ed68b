package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The format as it is documented, byte for byte. */
class GoldenArchiveTest {
  @TempDir private Path folder;

  private TestStores stores() throws Exception {
    TestStores stores = new TestStores(folder.resolve("data"));
    stores.put(TestStores.NOON, TestStores.key("vllm:num_requests_running", "0"), 3);
    stores.put(
        TestStores.NOON.plusSeconds(1), TestStores.key("vllm:num_requests_running", "0"), 2.5);
    stores.put(
        TestStores.NOON.plusSeconds(2),
        TestStores.key("vllm:num_requests_running", "0"),
        TestStores.STALE);
    stores.put(TestStores.NOON, TestStores.key("vllm:le_inf", "0"), Double.POSITIVE_INFINITY);
    String hash = stores.blobs.put("class X {}\n".getBytes(UTF_8));
    stores.records.write(
        StoredMemory.rows(
            entries -> {
              entries.incident(TestStores.incident("i-1", TestStores.NOON, IncidentStatus.CLOSED));
              entries.generation(TestStores.generation("x", hash, CodeStatus.DISABLED));
            }));
    return stores;
  }

  private static Path golden() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve(".mvn"))) {
      directory = requireNonNull(directory.getParent(), "no .mvn above");
    }
    return directory.resolve("docs/examples/export");
  }

  @Test
  void anExportIsWhatTheDocumentationShows() throws Exception {
    for (ArchiveFormat format : ArchiveFormat.values()) {
      Path found = folder.resolve(format.name());
      stores().export(new ExportOptions(found, null, null, format, ArchiveCompression.NONE));
      Path expected = golden().resolve(format.name().toLowerCase(Locale.ROOT));
      assertThat(TestStores.bytes(found)).isEqualTo(TestStores.bytes(expected));
      try (Stream<Path> files = Files.walk(expected)) {
        assertThat(files.filter(Files::isRegularFile)).hasSize(5);
      }
    }
  }

  @Test
  void whatTheDocumentationShowsCanBeImported() throws Exception {
    TestStores expected = stores();
    for (ArchiveFormat format : ArchiveFormat.values()) {
      TestStores stores = new TestStores(folder.resolve("in-" + format));
      stores.merge(golden().resolve(format.name().toLowerCase(Locale.ROOT)));
      assertThat(stores.content(folder.resolve("out-" + format)))
          .isEqualTo(expected.content(folder.resolve("expected-" + format)));
    }
  }
}
