package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.daemon.web.Entities;
import io.vllmmonitor.daemon.web.FakeDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialVerbsTest {
  private static final String SOURCE =
      """
      /*
       * id: full
       * version: 1.0.0
       * description: a guardrail of a test
       */
      import io.vllmmonitor.api.guardrail.Guardrail;
      import io.vllmmonitor.api.guardrail.GuardrailSpec;
      import io.vllmmonitor.api.guardrail.Severity;
      import io.vllmmonitor.api.guardrail.Verdict;
      import io.vllmmonitor.api.lifecycle.FailureKind;
      import io.vllmmonitor.api.view.MetricView;

      public class Full implements Guardrail {
        public String id() {
          return "full";
        }

        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "full");
        }

        public Verdict check(MetricView view) {
          BODY
        }
      }
      """;

  @TempDir private Path folder;
  private final FakeDaemon daemon = new FakeDaemon();
  private Run run = new Run(Path.of("unset"));
  private Path file = Path.of("unset");

  @BeforeEach
  void find() throws Exception {
    run = new Run(Files.createDirectory(folder.resolve("data"))).on(daemon);
    file = folder.resolve("Full.java");
    daemon.targets.add(Entities.target(LifecycleState.SERVING, true, null));
    long[] times = new long[100];
    double[] ones = new double[100];
    for (int i = 0; i < times.length; i++) {
      times[i] = FakeDaemon.NOW.minusSeconds(5L * (times.length - i)).toEpochMilli();
      ones[i] = 1;
    }
    Labels labels = Labels.of("job", "vllm", "instance", "127.0.0.1:8000");
    daemon.history.samples.add(new SeriesData(new SeriesKey("up", labels), times, ones));
  }

  @AfterEach
  void close() {
    daemon.close();
  }

  @Test
  void aFileIsRehearsedAndItsReceiptShown() throws Exception {
    Files.writeString(file, SOURCE.replace("BODY", "return Verdict.breach(\"always\");"));

    assertThat(run.command("plugin", "rehearse", file.toString(), "--last", "1h")).isZero();

    assertThat(run.out).contains("breach 100", "firing 2026");
    assertThat(run.out).contains("ON_DEMAND: full would have been firing 98 % of the time");
    assertThat(run.command("plugin", "rehearse", file.toString(), "--json")).isZero();
    assertThat(run.out).startsWith("{\"id\":").contains("\"generation\":0");
  }

  @Test
  void codeThatFailsEndsWithOneAndItsFirstFailure() throws Exception {
    Files.writeString(file, SOURCE.replace("BODY", "throw new IllegalStateException(\"no\");"));

    assertThat(run.command("plugin", "rehearse", file.toString())).isEqualTo(1);

    assertThat(run.out).contains("! full: VMON-", "no");
  }

  @Test
  void aFileThatIsTooLongIsNotSent() throws Exception {
    Files.write(file, new byte[(16 << 20) + 1]);

    assertThat(run.command("plugin", "rehearse", file.toString())).isEqualTo(1);

    assertThat(run.err).startsWith("VMON-8004").contains("16777217 bytes", "16777216");
  }

  @Test
  void whatCannotBeRehearsedOrReplayedSaysWhy() {
    assertThat(run.command("plugin", "rehearse", file.toString())).isEqualTo(2);
    assertThat(run.err).startsWith("VMON-5042 PLUGIN_FILE_UNSUITABLE");
    assertThat(run.command("plugin", "rehearse", "nobody")).isNotZero();
    assertThat(run.err).startsWith("VMON-5009").contains("plugin list");
    assertThat(run.command("replay", "--at", "-1h", "--target", "127.0.0.1:8000")).isNotZero();
    assertThat(run.err).startsWith("VMON-4020 VERDICT_NOT_FOUND");
    assertThat(run.command("replay", "--at", "-1h")).isEqualTo(2);
  }

  @Test
  void guardrailsAreListedWithTheirRecordAndPromotedByTheirId() {
    daemon.guardrails.add(Entities.guardrail("kv", false, Entities.TARGET));
    daemon.plugins.add(Entities.plugin("guardrail-vllm"));

    assertThat(run.command("guardrail", "list")).isZero();
    assertThat(run.out).contains("GUARDRAIL", "PRECISION", "kv", "guardrail-vllm", "act");
    assertThat(run.command("guardrail", "promote", "kv", "--to", "advise")).isZero();
    assertThat(run.out).contains("guardrail-vllm is on the stage advise now");
    assertThat(run.command("guardrail", "list")).isZero();
    assertThat(run.out).contains("advise");
    assertThat(run.command("guardrail", "promote", "kv", "--to", "god")).isEqualTo(2);
    assertThat(run.err).contains("shadow, advise or act");
  }
}
