package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.sampling.TargetMailbox;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call of a plugin may do to the daemon: nothing, and not for long. */
@Timeout(120)
class PluginCallsTest {
  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while (true) {}",
        "while (true) { try { while (true) {} } catch (Throwable t) { } }",
        "try { while (true) {} } finally { while (true) {} }",
        "int i = 0; do { switch (i % 3) { case 0: i++; continue; default: i += 2; } } while (true);",
        "java.util.function.IntSupplier f = () -> { while (true) {} }; return bad(f.getAsInt());",
        "List.of(1).forEach(x -> { for (;;) { new int[9].hashCode(); } }); return bad(1);",
        "try { Thread.sleep(1_000_000); } catch (InterruptedException e) { } return bad(0);",
        "synchronized (this) { try { while (true) wait(); } catch (InterruptedException e) {} }"
            + " return bad(0);",
        "return bad(endless(1));",
      })
  void aCallWithoutEndIsCancelled(String body) throws Exception {
    drop(body);
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
      CountDownLatch inside = new CountDownLatch(1);
      CompletableFuture<Verdict> answer =
          CompletableFuture.supplyAsync(() -> guardrail.check(telling(inside::countDown)));
      inside.await();
      platform.lookAtCalls();
      assertThat(answer).isNotDone();
      rig.nanos.addAndGet(Duration.ofSeconds(6).toNanos()); // the first call has ten times 500 ms
      platform.lookAtCalls();
      assertThatThrownBy(answer::get)
          .cause()
          .isInstanceOf(MonitorException.class)
          .hasMessageContaining("was cancelled")
          .extracting(e -> ((MonitorException) e).code())
          .isEqualTo(ErrorCode.PLUGIN_CALL_TIMEOUT);
      assertThat(platform.why("acme").calls().cancelled()).isEqualTo(1);
      // The next call is not touched by the cancelled one.
      platform.lookAtCalls();
      assertThat(guardrail.spec().description()).isEqualTo("Hangs.");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "System.exit(3); return Verdict.pass();",
        "Runtime.getRuntime().exit(3); return Verdict.pass();",
        "Runtime.getRuntime().halt(3); return Verdict.pass();",
        "java.util.function.IntConsumer end = System::exit; end.accept(3); return Verdict.pass();",
        "java.util.function.IntConsumer end = Runtime.getRuntime()::halt; end.accept(3);"
            + " return Verdict.pass();",
        "Runtime.getRuntime().addShutdownHook(new Thread()); return Verdict.pass();",
      })
  void whatWouldEndTheDaemonOrOutliveThePluginIsRefused(String body) throws Exception {
    drop(body);
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
      assertThatThrownBy(() -> guardrail.check(FakeMetricView.empty()))
          .extracting(e -> ((MonitorException) e).code())
          .isEqualTo(ErrorCode.PLUGIN_FORBIDDEN_CALL);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "return bad(deep(1));",
        "throw new OutOfMemoryError(\"no\");",
        "throw new ThreadDeath();",
        "return bad(Broken.VALUE);",
        "throw new NoClassDefFoundError(\"gone\");",
        "throw new Mute();",
        "throw new AssertionError();",
      })
  void whateverACallThrowsIsAFailureOfThePlugin(String body) throws Exception {
    drop(body);
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
      assertThatThrownBy(() -> guardrail.check(FakeMetricView.empty()))
          .isInstanceOf(MonitorException.class)
          .hasNoCause()
          .extracting(e -> ((MonitorException) e).code())
          .isEqualTo(ErrorCode.PLUGIN_CALL_FAILED);
      assertThat(platform.why("acme").calls().failures()).isEqualTo(1);
    }
  }

  @Test
  void aGuardrailThatKeepsFailingIsHeldBackVisiblyAndTriedAgain() throws Exception {
    drop("if (view.has(\"well\")) return Verdict.pass(); throw new IllegalStateException(\"no\");");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> guardrail.check(FakeMetricView.empty()))
            .hasMessageContaining("no");
      }
      assertThat(said(platform, ADVISED, "hang"))
          .contains("held back after failures for another 1000 ms")
          .contains("IllegalStateException: no");
      platform.tend();
      assertThat(rig.problemCodes("acme")).containsExactly("PLUGIN_BREAKER_OPEN");
      assertThat(platform.plugins().get(0).phase().name()).isEqualTo("DEGRADED");
      assertThat(platform.why("acme").health())
          .singleElement()
          .satisfies(
              health -> {
                assertThat(health.breaker()).isEqualTo("open");
                assertThat(health.consecutiveFailures()).isEqualTo(5);
                assertThat(health.lastFailure()).contains("IllegalStateException: no");
              });
      assertThat(rig.metrics.render())
          .contains("vllm_monitor_plugin_breakers_open 1.0")
          .contains("vllm_monitor_plugin_skipped_calls_total{plugin=\"acme\"} 1.0")
          .contains("vllm_monitor_plugin_call_failures_total{plugin=\"acme\"} 5.0");
      rig.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(guardrail.check(telling(() -> {}))).isEqualTo(Verdict.pass());
      platform.tend();
      assertThat(rig.problemCodes("acme")).isEmpty();
      assertThat(platform.plugins().get(0).phase().name()).isEqualTo("ACTIVE");
      assertThat(rig.history.steps("acme")).endsWith("1 ACTIVE DEGRADED", "1 DEGRADED ACTIVE");
    }
  }

  @Test
  void aThreadThatNeverComesBackIsLeftAloneAndTheTargetGoesOn() throws Exception {
    drop("view.has(\"here\"); return Verdict.pass();");
    ExecutorService pool = Executors.newCachedThreadPool(PluginCallsTest::daemon);
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
      TargetMailbox mailbox = new TargetMailbox(pool, e -> {});
      CountDownLatch inside = new CountDownLatch(1);
      Semaphore never = new Semaphore(0);
      AtomicBoolean wentOn = new AtomicBoolean();
      AtomicReference<Thread> stuck = new AtomicReference<>();
      mailbox.post(
          () -> {
            stuck.set(Thread.currentThread());
            try {
              guardrail.check(
                  telling(
                      () -> {
                        inside.countDown();
                        never.acquireUninterruptibly();
                      }));
            } finally {
              wentOn.set(true);
            }
          });
      CompletableFuture<Thread> after = new CompletableFuture<>();
      mailbox.post(() -> after.complete(Thread.currentThread()));
      inside.await();
      rig.nanos.addAndGet(Duration.ofSeconds(6).toNanos());
      platform.lookAtCalls();
      assertThat(after).isNotDone();
      rig.nanos.addAndGet(Duration.ofSeconds(2).toNanos());
      platform.lookAtCalls();
      assertThat(after.get()).isNotSameAs(stuck.get());
      assertThatThrownBy(() -> guardrail.check(FakeMetricView.empty()))
          .hasMessageContaining("never came back");
      platform.tend();
      assertThat(rig.problemCodes("acme"))
          .containsExactly("PLUGIN_CALL_ABANDONED", "PLUGIN_LEFTOVERS", "PLUGIN_QUARANTINED");
      assertThat(platform.plugins().get(0).phase().name()).isEqualTo("QUARANTINED");
      assertThat(platform.forTarget(ADVISED).guardrails()).isEmpty();
      assertThat(rig.metrics.render()).contains("vllm_monitor_plugin_threads_abandoned 1.0");
      // It does come back after all, but by now others do its work.
      never.release();
      await()
          .until(
              () ->
                  Arrays.stream(requireNonNull(stuck.get()).getStackTrace())
                      .anyMatch(frame -> frame.getMethodName().equals("retire")));
      assertThat(wentOn).isFalse();
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aSlowCallIsCountedAndItsAnswerCounts() throws Exception {
    drop("view.has(\"here\"); return Verdict.pass();");
    try (PluginPlatform platform = rig.boot()) {
      rig.settle(platform);
      Guardrail guardrail = platform.forTarget(ADVISED).guardrails().get(0).extension();
      Verdict verdict =
          guardrail.check(telling(() -> rig.nanos.addAndGet(Duration.ofMillis(201).toNanos())));
      assertThat(verdict).isEqualTo(Verdict.pass());
      assertThat(platform.why("acme").calls().slow()).isEqualTo(1);
      guardrail.check(telling(() -> rig.nanos.addAndGet(Duration.ofMillis(19).toNanos())));
      assertThat(platform.why("acme").calls().slow()).isEqualTo(1);
      guardrail.check(telling(() -> rig.nanos.addAndGet(Duration.ofMillis(21).toNanos())));
      assertThat(platform.why("acme").calls().slow()).isEqualTo(2);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  /** A view that tells when it is asked whether it has something, and then has it. */
  private static MetricView telling(Runnable asked) {
    return (MetricView)
        Proxy.newProxyInstance(
            PluginCallsTest.class.getClassLoader(),
            new Class<?>[] {MetricView.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("has")) {
                asked.run();
                return true;
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }

  private void drop(String body) throws IOException {
    TestJars jar =
        TestJars.plugin(
            "acme",
            "1.0.0",
            """
            public List<Guardrail> guardrails(PluginContext context) { return List.of(new Hang()); }
            static class Broken { static final int VALUE = Integer.parseInt("no number"); }
            static class Mute extends RuntimeException {
              @Override public String getMessage() { throw new IllegalStateException("mute"); }
            }
            static class Hang implements Guardrail {
              public String id() { return "hang"; }
              public GuardrailSpec spec() {
                return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Hangs.");
              }
              static Verdict bad(int i) { return Verdict.breach("came back with " + i); }
              static int deep(int i) { return 1 + deep(i + 1); }
              static int endless(int i) {
                while (true) { try { return deep(i); } catch (StackOverflowError e) { i++; } }
              }
              public Verdict check(MetricView view) {
                BEFORE
                BODY
              }
            }
            """
                .replace("BEFORE", body.contains("view.") ? "" : "tell(view);")
                .replace(
                    "static Verdict bad",
                    "static void tell(MetricView v) { v.has(\"x\"); }\n  static Verdict bad")
                .replace("BODY", body));
    rig.drop(rig.plugins, "acme.jar", jar.bytes());
  }
}
