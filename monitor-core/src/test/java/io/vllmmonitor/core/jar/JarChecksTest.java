package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CLASS_VERSION;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_FORBIDDEN_CLASS;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_INCOMPATIBLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_LIMIT;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_UNREADABLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_MANIFEST;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NO_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.testing.JarBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JarChecksTest {
  /** A whole class file of no use, for Java 17. */
  private static final int JAVA_17 = 61;

  @TempDir Path folder;
  private final JarChecks checks = new JarChecks();

  @Test
  void aSoundJarIsDescribed() throws IOException {
    JarDescriptor jar =
        check(
            JarBuilder.plugin("acme")
                .version("1.4.0-rc.1")
                .manifest("Plugin-Dependencies", "base@[1.0,2.0), extra?")
                .manifest("Plugin-Conflicts", "rival")
                .manifest("Plugin-Capabilities", "http, act")
                .manifest("Plugin-Requires-Hardware", "gpu, arch=x86_64")
                .bytes());
    assertThat(jar.id()).isEqualTo("acme");
    assertThat(jar.version()).isEqualTo("1.4.0-rc.1");
    assertThat(jar.entry()).isEqualTo("acme.Entry");
    assertThat(jar.dependencies().toString()).isEqualTo("[base@[1.0,2.0), extra?]");
    assertThat(jar.conflicts().toString()).isEqualTo("[rival]");
    assertThat(jar.capabilities())
        .containsExactlyInAnyOrder(PluginCapability.HTTP, PluginCapability.ACT);
    assertThat(jar.hardware().toString()).isEqualTo("[gpu, arch=x86_64]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Plugin-Id                | ../../up   | PLUGIN_ID_INVALID      | [a-z][a-z0-9.-]{1,63}
          Plugin-Version           | one        | PLUGIN_VERSION_INVALID | such as 1.2.0
          Plugin-Version           | 1.02.0     | PLUGIN_VERSION_INVALID | such as 1.2.0
          Monitor-Api              | newest     | PLUGIN_MANIFEST        | expected one as 0.1
          Monitor-Api              | 0.2        | PLUGIN_INCOMPATIBLE    | this daemon offers 0.1
          Monitor-Api              | 1.0        | PLUGIN_INCOMPATIBLE    | this daemon offers 0.1
          Plugin-Dependencies      | base@^1    | PLUGIN_MANIFEST        | no range of versions
          Plugin-Dependencies      | acme       | PLUGIN_MANIFEST        | names itself
          Plugin-Conflicts         | acme@1.x   | PLUGIN_MANIFEST        | names itself
          Plugin-Conflicts         | rival?     | PLUGIN_MANIFEST        | means nothing
          Plugin-Capabilities      | acts       | PLUGIN_MANIFEST        | did you mean 'act'?
          Plugin-Requires-Hardware | gpu>=1     | PLUGIN_MANIFEST        | expected such as gpu
          """)
  void aWrongAttributeIsNamed(String name, String value, ErrorCode code, String told)
      throws IOException {
    assertRefused(JarBuilder.plugin("acme").manifest(name, value), code, told);
  }

  @ParameterizedTest
  @CsvSource({"Plugin-Id", "Plugin-Version", "Monitor-Api"})
  void aMissingAttributeIsNamed(String name) throws IOException {
    assertRefused(JarBuilder.plugin("acme").without(name), PLUGIN_MANIFEST, "has no " + name);
  }

  @Test
  void aJarWithoutAManifestIsRefused() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .without("Plugin-Id")
            .without("Plugin-Version")
            .without("Monitor-Api");
    assertRefused(jar, PLUGIN_MANIFEST, "has no manifest");
  }

  @Test
  void whatIsNoZipOrHalfOfOneIsRefused() throws IOException {
    byte[] whole = JarBuilder.plugin("acme").bytes();
    assertRefused("no zip".getBytes(StandardCharsets.UTF_8), PLUGIN_JAR_UNREADABLE, "as a jar");
    assertRefused(new byte[0], PLUGIN_JAR_UNREADABLE, "as a jar");
    for (int missing : new int[] {1, 30, 200}) {
      assertRefused(
          Arrays.copyOf(whole, whole.length - missing), PLUGIN_JAR_UNREADABLE, "as a jar");
    }
  }

  @Test
  void aWrongChecksumNamesTheEntry() throws IOException {
    byte[] jar = stored("acme/data.txt", "some text that is stored as it is");
    int at = new String(jar, StandardCharsets.ISO_8859_1).indexOf("some text");
    jar[at] ^= 1;
    assertRefused(jar, PLUGIN_JAR_UNREADABLE, "the checksum of acme/data.txt is wrong");
  }

  @Test
  void anEntryThatIsThereTwiceIsNamed() throws IOException {
    byte[] jar =
        JarBuilder.plugin("acme")
            .entry("acme/data1.txt", new byte[] {1})
            .entry("acme/data2.txt", new byte[] {2})
            .bytes();
    String text = new String(jar, StandardCharsets.ISO_8859_1).replace("data2.txt", "data1.txt");
    assertRefused(
        text.getBytes(StandardCharsets.ISO_8859_1),
        PLUGIN_JAR_UNREADABLE,
        "holds acme/data1.txt twice");
  }

  @Test
  void aBombIsNotInflatedToItsEnd() throws IOException {
    byte[] zeros = new byte[90 << 20];
    JarBuilder jar = JarBuilder.plugin("acme");
    for (int i = 0; i < 3; i++) {
      jar.entry("zeros" + i, zeros);
    }
    assertRefused(jar, PLUGIN_JAR_LIMIT, "inflates to more than 256 MiB (at zeros2)");
  }

  @Test
  void tooManyEntriesAreRefused() throws IOException {
    JarBuilder jar = JarBuilder.plugin("acme");
    for (int i = 0; i < ZipCheck.MOST_ENTRIES; i++) {
      jar.entry("e" + i, new byte[0]);
    }
    assertRefused(jar, PLUGIN_JAR_LIMIT, "at most 20000 are accepted");
  }

  @Test
  void exactlyOneEntryClassIsNamed() throws IOException {
    assertRefused(
        JarBuilder.plugin("acme").without(JarBuilder.SERVICES), PLUGIN_NO_ENTRY, "has no");
    assertRefused(JarBuilder.plugin("acme").entry("# nothing"), PLUGIN_NO_ENTRY, "names 0 classes");
    assertRefused(
        JarBuilder.plugin("acme").entry("acme.Entry\nacme.Other"),
        PLUGIN_NO_ENTRY,
        "names 2 classes");
    assertRefused(
        JarBuilder.plugin("acme").entry("acme.Enrty"), PLUGIN_NO_ENTRY, "holds no such class");
    assertRefused(
        JarBuilder.plugin("acme").entry("x".repeat(20_000)), PLUGIN_NO_ENTRY, "more than 10000");
    assertThat(
            check(JarBuilder.plugin("acme").entry("# one\n\n acme.Entry # this\n").bytes()).entry())
        .isEqualTo("acme.Entry");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          class Entry implements MonitorPlugin {}                               | expected a public class
          public abstract class Entry implements MonitorPlugin {}               | expected a public class
          public class Entry implements MonitorPlugin { public Entry(int a) {} } | without parameters
          public interface Entry extends MonitorPlugin {}                       | expected a public class
          public class Entry {}                                                 | does not implement
          public class Entry implements Runnable { public void run() {} }       | does not implement
          """)
  void theEntryMustBeOneThatCanBeMade(String source, String told) throws IOException {
    JarBuilder jar =
        JarBuilder.of("acme")
            .entry("acme.Entry")
            .source("acme.Entry", "import io.vllmmonitor.api.plugin.*;\n" + source);
    assertRefused(jar, PLUGIN_NO_ENTRY, told);
  }

  @Test
  void theEntryMayInheritWhatItImplements() throws IOException {
    JarBuilder jar =
        JarBuilder.of("acme")
            .entry("acme.Entry")
            .source(
                "acme.Base",
                "abstract class Base implements io.vllmmonitor.api.plugin.MonitorPlugin {}")
            .source("acme.Entry", "public class Entry extends Base {}");
    assertThat(check(jar.bytes()).id()).isEqualTo("acme");
  }

  @Test
  void aClassForANewerJavaIsNamedWithBothVersions() throws IOException {
    byte[] jar = withVersion(JarBuilder.plugin("acme").bytes(), "acme/Entry.class", 99);
    assertRefused(
        jar,
        PLUGIN_CLASS_VERSION,
        "acme.Entry as a class file of version 99 (Java 55), this JVM is Java "
            + Runtime.version().feature());
  }

  @Test
  void ofAMultiReleaseJarThoseClassesCountThatRunHere() throws IOException {
    byte[] entry = classOf(JarBuilder.plugin("acme").bytes(), "acme/Entry.class");
    byte[] newer = entry.clone();
    newer[7] = 99;
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .manifest("Multi-Release", "true")
            .entry("META-INF/versions/55/acme/Entry.class", newer);
    assertThat(check(jar.bytes()).id()).isEqualTo("acme");
    assertRefused(
        jar.entry("META-INF/versions/9/acme/Entry.class", newer),
        PLUGIN_CLASS_VERSION,
        "acme.Entry as a class file of version 99");
    assertRefused(
        JarBuilder.plugin("acme")
            .manifest("Multi-Release", "true")
            .entry("META-INF/versions/9/io/vllmmonitor/api/view/MetricView.class", entry),
        PLUGIN_INCOMPATIBLE,
        "contains classes of io.vllmmonitor.api");
  }

  @Test
  void damagedClassesAreNamed() throws IOException {
    byte[] entry = classOf(JarBuilder.plugin("acme").bytes(), "acme/Entry.class");
    assertRefused(
        JarBuilder.plugin("acme").entry("acme/Text.class", "text".getBytes(StandardCharsets.UTF_8)),
        PLUGIN_JAR_UNREADABLE,
        "holds acme.Text, which is no class file");
    assertRefused(
        JarBuilder.plugin("acme").entry("acme/Half.class", Arrays.copyOf(entry, 60)),
        PLUGIN_JAR_UNREADABLE,
        "holds acme.Half, whose class file is damaged");
  }

  @Test
  void packagesOfOthersAreForbidden() throws IOException {
    byte[] any = new byte[] {0};
    assertRefused(
        JarBuilder.plugin("acme").entry("java/util/Evil.class", any),
        PLUGIN_FORBIDDEN_CLASS,
        "contains java.util.Evil");
    assertRefused(
        JarBuilder.plugin("acme").entry("io/vllmmonitor/core/engine/Engine.class", any),
        PLUGIN_FORBIDDEN_CLASS,
        "packages that begin with io.vllmmonitor. belong to the monitor");
    assertRefused(
        JarBuilder.plugin("acme").entry("io/vllmmonitor/api/view/MetricView.class", any),
        PLUGIN_INCOMPATIBLE,
        "scope 'provided'");
  }

  @Test
  void thePackageOfBundledPluginsIsForThemAlone() throws IOException {
    String name = "io.vllmmonitor.plugin.acme.Entry";
    byte[] jar =
        JarBuilder.of("acme")
            .entry(name)
            .source(
                name, "public class Entry implements io.vllmmonitor.api.plugin.MonitorPlugin {}")
            .bytes();
    Path file = Files.write(folder.resolve("bundled.jar"), jar);
    assertThat(checks.check(file, "hash", "bundled.jar", true).entry()).isEqualTo(name);
    MonitorException refused =
        catchThrowableOfType(
            MonitorException.class, () -> checks.check(file, "hash", "dropped.jar", false));
    assertThat(refused.code()).isEqualTo(PLUGIN_FORBIDDEN_CLASS);
  }

  @Test
  void filesOfASignedJarAndLibrariesInItHurtNothing() throws IOException {
    JarBuilder jar =
        JarBuilder.plugin("acme")
            .entry("META-INF/ACME.SF", "Signature-Version: 1.0".getBytes(StandardCharsets.UTF_8))
            .entry("META-INF/ACME.RSA", new byte[] {1, 2, 3})
            .entry("module-info.class", new byte[] {1})
            .source(
                "org.lib.Tool", "public class Tool { public int twice(int a) { return 2 * a; } }");
    assertThat(check(jar.bytes()).id()).isEqualTo("acme");
  }

  @Test
  void whatStrangersWroteIsCutAndCleaned() throws IOException {
    MonitorException refused =
        refused(
            JarBuilder.plugin("acme")
                .manifest("Plugin-Dependencies", "x" + "\u001b[2J".repeat(3_000))
                .bytes());
    assertThat(refused.getMessage())
        .hasSizeLessThan(3_100)
        .doesNotContain("\u001b")
        .endsWith("(cut)");
  }

  @Test
  void noFlippedByteBringsAnythingButACodedRefusal() throws IOException {
    byte[] jar = JarBuilder.guardrail("acme", "\"x\"").bytes();
    Random random = new Random(5);
    int refusals = 0;
    for (int i = 0; i < 400; i++) {
      byte[] flipped = jar.clone();
      flipped[random.nextInt(jar.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        JarDescriptor unused = check(flipped);
      } catch (MonitorException e) {
        assertThat(e.code().name()).startsWith("PLUGIN_");
        refusals++;
      }
    }
    assertThat(refusals).isGreaterThan(200);
  }

  private void assertRefused(JarBuilder jar, ErrorCode code, String told) throws IOException {
    assertRefused(jar.bytes(), code, told);
  }

  private void assertRefused(byte[] jar, ErrorCode code, String told) throws IOException {
    MonitorException refused = refused(jar);
    assertThat(refused.code()).as(refused.getMessage()).isEqualTo(code);
    assertThat(refused.getMessage()).startsWith("Plugin jar test.jar ").contains(told);
  }

  private MonitorException refused(byte[] jar) throws IOException {
    Path file = Files.write(folder.resolve("test.jar"), jar);
    return catchThrowableOfType(
        MonitorException.class, () -> checks.check(file, "test.jar", false));
  }

  private JarDescriptor check(byte[] jar) throws IOException {
    return checks.check(Files.write(folder.resolve("test.jar"), jar), "test.jar", false);
  }

  private static byte[] classOf(byte[] jar, String name) throws IOException {
    try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
      for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
        if (entry.getName().equals(name)) {
          byte[] bytes = in.readAllBytes();
          assertThat(bytes[7]).isEqualTo((byte) JAVA_17);
          return bytes;
        }
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static byte[] withVersion(byte[] jar, String name, int version) throws IOException {
    byte[] changed = classOf(jar, name);
    changed[7] = (byte) version;
    return JarBuilder.plugin("acme").entry(name, changed).bytes();
  }

  /** The jar of a plugin with one more entry that is not compressed. */
  private static byte[] stored(String name, String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    java.util.zip.CRC32 sum = new java.util.zip.CRC32();
    sum.update(content);
    try (ZipOutputStream out = new ZipOutputStream(bytes);
        ZipInputStream in =
            new ZipInputStream(new ByteArrayInputStream(JarBuilder.plugin("acme").bytes()))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        in.transferTo(out);
      }
      ZipEntry entry = new ZipEntry(name);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      entry.setCrc(sum.getValue());
      out.putNextEntry(entry);
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
