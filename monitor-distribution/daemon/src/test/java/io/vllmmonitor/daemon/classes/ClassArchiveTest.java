package io.vllmmonitor.daemon.classes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {
  @TempDir private Path folder;

  @Test
  void theNamesOfClassesAreReadFromTheTreeThatJavaPrints() {
    String tree =
        """
        java.lang.Object/null
        |--com.example.Reader/0x00007f22c80b9750
        |  implements java.io.Closeable/null (declared intf)
        |  |--com.example.Reader$Fast/0x00007f22c80b9750
        |--com.example.Reader$$Lambda$537/0x00007f22712eefd0/null
        |--java.lang.invoke.LambdaForm$MH/0x00007f2271302800/null
        |--java.util.List/null (intf)
        """;

    assertThat(LoadedClasses.names(tree))
        .containsExactly(
            "java.lang.Object", "com.example.Reader", "com.example.Reader$Fast", "java.util.List");
  }

  @Test
  void thisJavaTellsWhatItHasLoaded() throws IOException {
    List<String> names = LoadedClasses.names();

    assertThat(names)
        .contains(
            ClassArchiveTest.class.getName(), "java.util.ArrayList", "java.util.HashMap$Node");
    assertThat(names).hasSizeGreaterThan(1_000);
  }

  @Test
  void theChecksumIsTheOneOfPosix() throws IOException {
    // What cksum(1) prints of these.
    assertThat(PosixChecksum.of(written(""))).isEqualTo("4294967295 0");
    assertThat(PosixChecksum.of(written("123456789"))).isEqualTo("930766865 9");
    assertThat(PosixChecksum.of(written("a".repeat(100_000)))).isEqualTo("614267494 100000");
  }

  private Path written(String text) throws IOException {
    return Files.write(folder.resolve("file"), text.getBytes(UTF_8));
  }
}
