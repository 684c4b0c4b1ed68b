package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.core.identity.ContentHash;
import io.vllmmonitor.core.jar.Machine;
import io.vllmmonitor.core.jar.SigningKey;
import io.vllmmonitor.core.jar.TrustPolicy;
import io.vllmmonitor.core.testing.JarBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jars that come into the folder of a running platform: what they need, and who vouches for them.
 */
@Timeout(120)
class JarGateTest {
  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
  }

  @Test
  void hostileJarsHurtNoneOfTheHealthyOnes() throws IOException {
    for (String id : List.of("one", "two", "three")) {
      drop(id + ".jar", JarBuilder.guardrail(id, "\"fine\""));
    }
    byte[] healthy = JarBuilder.guardrail("acme", "\"x\"").bytes();
    Map<String, byte[]> hostile =
        Map.of(
            "PLUGIN_JAR_UNREADABLE", Arrays.copyOf(healthy, healthy.length / 2),
            "PLUGIN_JAR_LIMIT",
                JarBuilder.plugin("bomb").entry("zeros", new byte[257 << 20]).bytes(),
            "PLUGIN_FORBIDDEN_CLASS",
                JarBuilder.plugin("evil").entry("java/lang/Evil.class", new byte[9]).bytes(),
            "PLUGIN_CLASS_VERSION",
                JarBuilder.plugin("newer")
                    .entry(
                        "newer/Entry.class",
                        new byte[] {
                          (byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe, 0, 0, 0, 99
                        })
                    .bytes(),
            "PLUGIN_LINK",
                JarBuilder.plugin("stale")
                    .stub(
                        "io.vllmmonitor.api.view.MetricView",
                        "public interface MetricView { int no(); }")
                    .source(
                        "stale.Use",
                        "class Use { int a(io.vllmmonitor.api.view.MetricView v) { return v.no(); } }")
                    .bytes(),
            "PLUGIN_NO_ENTRY", JarBuilder.plugin("lost").entry("lost.Nothing").bytes(),
            "PLUGIN_MANIFEST",
                JarBuilder.plugin("greedy").manifest("Plugin-Capabilities", "everything").bytes(),
            "PLUGIN_DEPENDENCY_MISSING",
                JarBuilder.plugin("lonely").manifest("Plugin-Dependencies", "nobody").bytes());
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      for (Map.Entry<String, byte[]> jar : hostile.entrySet()) {
        drop(jar.getKey() + ".jar", jar.getValue());
      }
      rig.settle(platform);
      for (String code : hostile.keySet()) {
        assertThat(rig.problemCodes(code + ".jar")).containsExactly(code);
      }
      assertThat(PlatformRig.guardrails(platform, ADVISED))
          .containsExactlyInAnyOrder("one", "two", "three");
      assertThat(said(platform, ADVISED, "two")).isEqualTo("fine");
      assertThat(rig.problems.open()).hasSize(hostile.size());
    }
  }

  @Test
  void aPluginSeesTheClassesOfThoseItDependsOnAndOfNoOthers() throws Exception {
    byte[] deep = tool("deep", "").bytes();
    byte[] base = tool("base", "deep").on(deep).bytes();
    drop("deep.jar", deep);
    drop("base.jar", base);
    drop("other.jar", tool("other", ""));
    drop(
        "app.jar",
        JarBuilder.plugin("app")
            .manifest("Plugin-Dependencies", "base@>=1.0.0")
            .on(base)
            .source("app.Entry", lookingEntry("base.Tool.word()")));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(rig.problems.open()).isEmpty();
      // The base itself sees what it depends on; the app does not see through it.
      assertThat(said(platform, ADVISED, "app")).isEqualTo("base over deep: yes no no");
      Class<?> seen = load(platform, "app", "base.Tool");
      assertThat(seen).isSameAs(load(platform, "base", "base.Tool"));
      assertThatThrownBy(() -> load(platform, "base", "app.Entry"))
          .isInstanceOf(ClassNotFoundException.class);
    }
    try (PluginPlatform platform = rig.boot()) {
      assertThat(said(platform, ADVISED, "app")).isEqualTo("base over deep: yes no no");
    }
  }

  @Test
  void aJarWaitsForTheRightVersionOfItsBase() throws IOException {
    drop(
        "app.jar",
        JarBuilder.guardrail("app", "\"up\"").manifest("Plugin-Dependencies", "base@[2.0,3.0)"));
    drop("base.jar", JarBuilder.guardrail("base", "\"old\"").version("1.9.0"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("base");
      assertThat(problem("app.jar").code()).isEqualTo(ErrorCode.PLUGIN_DEPENDENCY_MISSING);
      assertThat(problem("app.jar").message())
          .contains("needs base@[2.0,3.0), but version 1.9.0 runs");
      drop("base.jar", JarBuilder.guardrail("base", "\"new\"").version("2.0.0"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED))
          .containsExactlyInAnyOrder("base", "app");
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void aPluginWaitsAgainWhenItsBaseBecomesOneThatItDoesNotAccept() throws IOException {
    drop("base.jar", JarBuilder.guardrail("base", "\"1\"").version("1.0.0"));
    drop(
        "app.jar",
        JarBuilder.guardrail("app", "\"up\"").manifest("Plugin-Dependencies", "base@1.x"));
    drop("top.jar", JarBuilder.guardrail("top", "\"top\"").manifest("Plugin-Dependencies", "app"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("base", "app", "top");
      drop("base.jar", JarBuilder.guardrail("base", "\"2\"").version("2.0.0"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("base");
      assertThat(problem("app").message()).contains("does not accept version 2.0.0 of base");
      assertThat(problem("top").code()).isEqualTo(ErrorCode.PLUGIN_DEPENDENCY_MISSING);
      drop("base.jar", JarBuilder.guardrail("base", "\"3\"").version("1.1.0"));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED))
          .containsExactlyInAnyOrder("base", "app", "top");
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void anOptionalBaseIsSeenWhenItComesAndInARightVersionOnly() throws IOException {
    drop(
        "app.jar",
        JarBuilder.plugin("app")
            .manifest("Plugin-Dependencies", "extra?@1.x")
            .source("app.Entry", lookingEntry("sees(\"extra.Tool\")")));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "app")).startsWith("no: ");
      drop("extra.jar", tool("extra", ""));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "app")).startsWith("yes: ");
      drop("extra.jar", tool("extra", "").version("2.0.0"));
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "app")).startsWith("no: ");
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void jarsThatNeedEachOtherAreToldTheirCircleAndStartWhenItIsBroken() throws IOException {
    drop("a.jar", JarBuilder.guardrail("aa", "\"a\"").manifest("Plugin-Dependencies", "bb"));
    drop("b.jar", JarBuilder.guardrail("bb", "\"b\"").manifest("Plugin-Dependencies", "cc"));
    drop("c.jar", JarBuilder.guardrail("cc", "\"c\"").manifest("Plugin-Dependencies", "aa"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(problem("a.jar").code()).isEqualTo(ErrorCode.PLUGIN_DEPENDENCY_CYCLE);
      assertThat(problem("a.jar").message()).contains("aa → bb → cc → aa");
      assertThat(problem("c.jar").message()).contains("cc → aa → bb → cc");
      drop("c.jar", JarBuilder.guardrail("cc", "\"c\""));
      rig.settle(platform);
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("cc", "bb", "aa");
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void aConflictNamesWhoRunsAndEndsWithIt() throws IOException {
    drop("a.jar", JarBuilder.guardrail("aa", "\"a\""));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      drop("b.jar", JarBuilder.guardrail("bb", "\"b\"").manifest("Plugin-Conflicts", "aa@1.x"));
      rig.settle(platform);
      assertThat(problem("b.jar").code()).isEqualTo(ErrorCode.PLUGIN_CONFLICT);
      assertThat(problem("b.jar").message()).contains("beside aa 1.0.0");
      platform.disable("aa");
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("bb");
      assertThatThrownBy(() -> platform.enable("aa"))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_CONFLICT));
    }
  }

  @Test
  void aJarWaitsForHardware() throws IOException {
    drop(
        "a.jar",
        JarBuilder.guardrail("aa", "\"a\"")
            .manifest("Plugin-Requires-Hardware", "gpu-memory>=40GiB"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(problem("a.jar").code()).isEqualTo(ErrorCode.PLUGIN_REQUIREMENT);
      assertThat(problem("a.jar").message()).contains("this machine has no GPU");
      rig.machine =
          new Machine(
              "x86_64", "linux", 4, 8L << 30, List.of(new Machine.Gpu("NVIDIA H200", 139L << 30)));
      rig.settle(platform);
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("aa");
    }
  }

  @Test
  void actuatorsNeedTheCapabilityToAct() throws IOException {
    drop("a.jar", acting("aa"));
    drop("b.jar", acting("bb").manifest("Plugin-Capabilities", "act"));
    try (PluginPlatform platform = rig.boot()) {
      platform.forTarget(ADVISED);
      rig.settle(platform);
      assertThat(problem("a.jar").code()).isEqualTo(ErrorCode.PLUGIN_CAPABILITY_DENIED);
      assertThat(problem("a.jar").message()).contains("'Plugin-Capabilities: act'");
      assertThat(platform.forTarget(ADVISED).actuators()).hasSize(1);
    }
  }

  @Test
  void aServiceThatIsNotDeclaredIsNotGiven() throws IOException {
    for (String id : List.of("aa", "bb")) {
      drop(
          id + ".jar",
          JarBuilder.of(id)
              .manifest("Plugin-Capabilities", id.equals("bb") ? "schedule, http" : "act")
              .entry(id + ".Entry")
              .source(
                  id + ".Entry",
                  """
                  import io.vllmmonitor.api.error.MonitorException;
                  import io.vllmmonitor.api.guardrail.*;
                  import io.vllmmonitor.api.lifecycle.FailureKind;
                  import io.vllmmonitor.api.plugin.*;
                  import io.vllmmonitor.api.view.MetricView;
                  import java.util.List;
                  public class Entry implements MonitorPlugin {
                    static String tried(Runnable use) {
                      try { use.run(); return "given"; } catch (MonitorException e) { return e.getMessage(); }
                    }
                    public List<Guardrail> guardrails(PluginContext context) {
                      String said = tried(context::schedule) + " | "
                          + tried(() -> context.http(java.net.URI.create("http://example.com")));
                      return List.of(new Guardrail() {
                        public String id() { return "ID"; }
                        public GuardrailSpec spec() {
                          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Says.");
                        }
                        public Verdict check(MetricView view) { return Verdict.breach(said); }
                      });
                    }
                  }
                  """
                      .replace("ID", id)));
    }
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "aa"))
          .contains(
              "wants to schedule work of its own, but its manifest does not declare"
                  + " 'Plugin-Capabilities: schedule'")
          .contains(
              "wants to talk to example.com, but its manifest does not declare"
                  + " 'Plugin-Capabilities: http'");
      // The operator still has to allow the server.
      assertThat(said(platform, ADVISED, "bb"))
          .startsWith("given | ")
          .contains("its configuration does not allow");
    }
  }

  @Test
  void bundledJarsStartAfterThoseTheyDependOn() throws IOException {
    rig.drop(
        rig.bundled,
        "a-app.jar",
        JarBuilder.guardrail("app", "\"up\"").manifest("Plugin-Dependencies", "base").bytes());
    rig.drop(rig.bundled, "b-base.jar", JarBuilder.guardrail("base", "\"base\"").bytes());
    rig.drop(rig.bundled, "c-broken.jar", "no jar".getBytes(StandardCharsets.UTF_8));
    try (PluginPlatform platform = rig.boot()) {
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("base", "app");
      assertThat(rig.problemCodes("c-broken.jar")).containsExactly("PLUGIN_JAR_UNREADABLE");
      assertThat(platform.plugins().get(0).trust()).isEqualTo("bundled");
    }
  }

  @Test
  void anotherKeyIsRefusedUntilTheOperatorApprovesIt() throws IOException {
    SigningKey first = SigningKey.create(home.resolve("first.key"));
    SigningKey second = SigningKey.create(home.resolve("second.key"));
    try (PluginPlatform platform = rig.boot()) {
      dropSigned("a.jar", JarBuilder.guardrail("aa", "\"one\""), first);
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "aa")).isEqualTo("one");
      assertThat(platform.plugins().get(0).trust()).isEqualTo("signed " + first.fingerprint());
    }
    try (PluginPlatform platform = rig.boot()) {
      assertThat(platform.plugins().get(0).trust()).isEqualTo("signed " + first.fingerprint());
      dropSigned("a.jar", JarBuilder.guardrail("aa", "\"two\""), second);
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "aa")).isEqualTo("one");
      assertThat(rig.problemCodes("a.jar")).containsExactly("PLUGIN_SIGNATURE");
      assertThatThrownBy(() -> platform.approve("bb")).hasMessageContaining("'bb' waits");
      assertThat(platform.approve("aa").detail()).isEqualTo("the key " + second.fingerprint());
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "aa")).isEqualTo("two");
      assertThat(platform.plugins().get(0).trust()).isEqualTo("signed " + second.fingerprint());
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void aSignatureThatComesLaterLetsAWaitingJarIn() throws IOException {
    rig.trust = new TrustPolicy(true, true, Set.of());
    SigningKey key = SigningKey.create(home.resolve("author.key"));
    byte[] jar = JarBuilder.guardrail("aa", "\"one\"").bytes();
    try (PluginPlatform platform = rig.boot()) {
      drop("a.jar", jar);
      rig.settle(platform);
      assertThat(rig.problemCodes("a.jar")).containsExactly("PLUGIN_SIGNATURE");
      dropSigned("a.jar", jar, key);
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "aa")).isEqualTo("one");
      assertThat(rig.problems.open()).isEmpty();
    }
  }

  @Test
  void anUnsignedJarRunsNoMoreOnceSignaturesAreAskedFor() throws IOException {
    byte[] jar = JarBuilder.guardrail("aa", "\"one\"").bytes();
    drop("a.jar", jar);
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(platform.plugins().get(0).trust()).isEqualTo("unsigned");
    }
    PlatformRig.empty(rig.plugins);
    rig.trust = new TrustPolicy(true, true, Set.of());
    try (PluginPlatform platform = rig.boot()) {
      assertThat(PlatformRig.guardrails(platform, ADVISED)).isEmpty();
      assertThat(rig.problemCodes("aa")).containsExactly("PLUGIN_SIGNATURE");
    }
    rig.trust = new TrustPolicy(true, true, Set.of(ContentHash.of(jar)));
    try (PluginPlatform platform = rig.boot()) {
      assertThat(PlatformRig.guardrails(platform, ADVISED)).containsExactly("aa");
      assertThat(platform.plugins().get(0).trust()).isEqualTo("pinned");
    }
  }

  @Test
  void aPinnedJarRunsWhoeverCanWriteIt() throws IOException {
    byte[] jar = JarBuilder.guardrail("aa", "\"one\"").bytes();
    rig.trust = new TrustPolicy(true, false, Set.of(ContentHash.of(jar)));
    drop("a.jar", jar);
    Files.setPosixFilePermissions(
        rig.plugins.resolve("a.jar"), PosixFilePermissions.fromString("rw-rw-rw-"));
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(said(platform, ADVISED, "aa")).isEqualTo("one");
    }
  }

  /** A plugin with a class that says its name, over the one that it depends on. */
  private static JarBuilder tool(String id, String below) {
    String word =
        "\"" + id + "\"" + (below.isEmpty() ? "" : " + \" over \" + " + below + ".Tool.word()");
    return JarBuilder.plugin(id)
        .manifest("Plugin-Dependencies", below)
        .source(
            id + ".Tool",
            "public class Tool { public static String word() { return " + word + "; } }");
  }

  private static String lookingEntry(String expression) {
    return """
        import io.vllmmonitor.api.guardrail.*;
        import io.vllmmonitor.api.lifecycle.FailureKind;
        import io.vllmmonitor.api.plugin.*;
        import io.vllmmonitor.api.view.MetricView;
        import java.util.List;
        public class Entry implements MonitorPlugin {
          static String sees(String name) {
            try { Class.forName(name); return "yes"; } catch (ClassNotFoundException e) { return "no"; }
          }
          public List<Guardrail> guardrails(PluginContext context) { return List.of(new Answer()); }
          static final class Answer implements Guardrail {
            public String id() { return "app"; }
            public GuardrailSpec spec() {
              return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Answers.");
            }
            public Verdict check(MetricView view) {
              return Verdict.breach(WORD + ": " + sees("base.Tool") + " " + sees("deep.Tool")
                  + " " + sees("other.Tool"));
            }
          }
        }
        """
        .replace("WORD", expression);
  }

  private static JarBuilder acting(String id) {
    return JarBuilder.of(id)
        .entry(id + ".Entry")
        .source(
            id + ".Entry",
            """
            import io.vllmmonitor.api.mitigation.*;
            import io.vllmmonitor.api.plugin.*;
            import java.lang.reflect.Proxy;
            import java.util.List;
            public class Entry implements MonitorPlugin {
              public List<Actuator> actuators(PluginContext context) {
                return List.of((Actuator) Proxy.newProxyInstance(
                    Entry.class.getClassLoader(), new Class<?>[] {Actuator.class},
                    (self, method, arguments) -> switch (method.getName()) {
                      case "id" -> "ID";
                      case "configSpec" -> io.vllmmonitor.api.config.ConfigSpec.none();
                      case "stateVersion" -> 1;
                      default -> null;
                    }));
              }
            }
            """
                .replace("ID", id));
  }

  private static Class<?> load(PluginPlatform platform, String unit, String name)
      throws ClassNotFoundException {
    return Class.forName(name, false, platform.classLoader(unit).orElseThrow());
  }

  private Problem problem(String subject) {
    return rig.problems.open().stream()
        .filter(problem -> problem.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  private void drop(String name, JarBuilder jar) throws IOException {
    drop(name, jar.bytes());
  }

  private void drop(String name, byte[] bytes) throws IOException {
    rig.drop(rig.plugins, name, bytes);
  }

  private void dropSigned(String name, JarBuilder jar, SigningKey key) throws IOException {
    dropSigned(name, jar.bytes(), key);
  }

  /** The signature first, as the documentation says. */
  private void dropSigned(String name, byte[] jar, SigningKey key) throws IOException {
    Path here = Files.write(home.resolve(name), jar);
    Files.move(
        key.sign(here),
        rig.plugins.resolve(name + ".sig"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    drop(name, jar);
  }
}
