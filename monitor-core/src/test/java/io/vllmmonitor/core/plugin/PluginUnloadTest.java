package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a plugin leaves behind when it goes, and that it is found. */
@Timeout(120)
class PluginUnloadTest {
  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
  }

  @Test
  void threadsAndMBeansThatStayAreNamedAndEnded() throws Exception {
    drop(
        """
        public interface CountMBean { int getCount(); }
        public static class Count implements CountMBean { public int getCount() { return 1; } }
        public Entry() throws Exception {
          java.lang.management.ManagementFactory.getPlatformMBeanServer()
              .registerMBean(new Count(), new javax.management.ObjectName("acme:type=count"));
          Thread busy = new Thread(() -> { while (true) {} }, "acme-busy");
          busy.setDaemon(true);
          busy.start();
          Thread idle =
              new Thread(
                  () -> {
                    synchronized (this) {
                      try { wait(); } catch (InterruptedException e) { return; }
                    }
                  },
                  "acme-idle");
          idle.setDaemon(true);
          idle.start();
          while (idle.getState() != Thread.State.WAITING) Thread.onSpinWait();
        }
        """);
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      assertThat(ManagementFactory.getPlatformMBeanServer().isRegistered(bean())).isTrue();
      platform.disable("acme");
      assertThat(rig.problemCodes("acme")).containsExactly("PLUGIN_LEFTOVERS");
      assertThat(rig.problems.open().get(0).message())
          .contains("thread 'acme-busy'")
          .contains("thread 'acme-idle'")
          .contains("MBean 'acme:type=count'");
      assertThat(ManagementFactory.getPlatformMBeanServer().isRegistered(bean())).isFalse();
      await()
          .dontCatchUncaughtExceptions() // that is how the busy one ends
          .untilAsserted(() -> assertThat(alive("acme-")).isFalse());
    }
  }

  @Test
  void aLoaderThatStaysIsALeakUntilItGoes() throws Exception {
    // The system properties are the JVM's, so what is put there holds the plugin.
    drop("public Entry() { System.getProperties().put(\"acme.leak\", this); }");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      platform.disable("acme");
      assertThat(rig.metrics.render()).contains("vllm_monitor_plugin_loaders_leaked 0.0");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                System.gc();
                platform.tend();
                return rig.problemCodes("acme").contains("PLUGIN_LOADER_LEAKED");
              });
      assertThat(rig.metrics.render()).contains("vllm_monitor_plugin_loaders_leaked 1.0");
      System.getProperties().remove("acme.leak");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                System.gc();
                platform.tend();
                return rig.problemCodes("acme").isEmpty();
              });
      assertThat(rig.metrics.render()).contains("vllm_monitor_plugin_loaders_leaked 0.0");
    } finally {
      System.getProperties().remove("acme.leak");
    }
  }

  @Test
  void aSetOfInstancesThatIsUnusableLeavesNothingBehind() throws Exception {
    drop(
        """
        public List<Guardrail> guardrails(PluginContext context) {
          return List.of(new Named("kv"), new Named("no id"));
        }
        static class Named implements Guardrail {
          private final String id;
          Named(String id) { this.id = id; }
          public String id() { return id; }
          public GuardrailSpec spec() {
            return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Is named.");
          }
          public Verdict check(MetricView view) { return Verdict.pass(); }
          public void close() {
            System.setProperty("acme.closed", System.getProperty("acme.closed", "") + id + ";");
          }
        }
        """);
    try (PluginPlatform platform = rig.boot()) {
      platform.forTarget(ADVISED);
      rig.settle(platform);
      assertThat(rig.problemCodes("acme.jar")).containsExactly("PLUGIN_START_FAILED");
      assertThat(System.getProperty("acme.closed")).isEqualTo("kv;no id;");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                System.gc();
                return platform.unloads().waiting() == 0;
              });
    } finally {
      System.clearProperty("acme.closed");
    }
  }

  @Test
  void fiftyReloadsLeaveOneLoaderAndCountOn() throws Exception {
    rig.drop(rig.plugins, "acme.jar", TestJars.counting("acme", "1.0.0", "kv").bytes());
    byte[] even = TestJars.counting("acme", "1.0.2", "kv").bytes();
    byte[] odd = TestJars.counting("acme", "1.0.1", "kv").bytes();
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      for (int i = 1; i <= 50; i++) {
        rig.drop(rig.plugins, "acme.jar", i % 2 == 0 ? even : odd);
        rig.settle(platform);
        assertThat(said(platform, ADVISED, "kv")).contains("call " + i + " ");
      }
      UnloadWatch watch = platform.unloads();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                System.gc();
                return watch.waiting() == 0;
              });
      assertThat(rig.problemCodes("acme")).isEmpty();
    }
  }

  private static ObjectName bean() throws Exception {
    return new ObjectName("acme:type=count");
  }

  private static boolean alive(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith(name));
  }

  private void drop(String body) throws IOException {
    rig.drop(rig.plugins, "acme.jar", TestJars.plugin("acme", "1.0.0", body).bytes());
  }
}
