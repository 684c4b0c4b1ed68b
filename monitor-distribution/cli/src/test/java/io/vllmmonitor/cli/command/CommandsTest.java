package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.daemon.web.Entities;
import io.vllmmonitor.daemon.web.FakeDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  @TempDir private Path data;
  private final FakeDaemon daemon = new FakeDaemon();
  private Run run = new Run(Path.of("unset"));

  @BeforeEach
  void find() throws Exception {
    run = new Run(data).on(daemon);
  }

  @AfterEach
  void close() {
    daemon.close();
  }

  @Test
  void statusOfAHealthyDaemonEndsWithZero() {
    daemon.targets.add(Entities.target(LifecycleState.PROCESSING_REQUESTS, true, null));
    assertThat(run.command("status")).isZero();
    assertThat(run.err).isEmpty();
    assertThat(run.out)
        .contains("vllm-monitor 0.1.0  http://127.0.0.1:")
        .contains("up 3h")
        .contains("127.0.0.1:8000  ACT   PROCESSING_REQUESTS  2026-11-25T12:58:30+01:00  up ")
        .contains("OPEN INCIDENTS\n  none\n");
  }

  @Test
  void statusOfATroubledDaemonSaysAllAndEndsWithOne() {
    daemon.targets.add(
        Entities.target(LifecycleState.TERMINATED, false, "VMON-2001 TARGET_UNREACHABLE: refused"));
    daemon.history.firings.add(Entities.firing("f1", FiringStatus.FIRING));
    daemon.history.incidents.add(Entities.incident("i1", IncidentStatus.OPEN, "f1"));
    daemon.history.attempts.add(
        Entities.attempt("a1", "i1", AttemptStatus.SUCCEEDED, MitigationOutcome.PARTIAL_SUCCESS));
    daemon.problems.add(
        new Problem(
            ErrorCode.PLUGIN_MANIFEST,
            Blame.PLUGIN,
            "x.jar",
            "no \u001b[31mid",
            3,
            FakeDaemon.NOW,
            FakeDaemon.NOW));
    daemon.guardrails.add(Entities.blind("misspelt", Entities.TARGET));
    daemon.predictors.add(Entities.predictor("kv_cache_exhaustion", false, Entities.TARGET));
    assertThat(run.command("status")).isEqualTo(1);
    assertThat(run.out).contains("GUARDRAILS THAT CANNOT TELL", "misspelt", "vllm:nope");
    assertThat(run.out)
        .contains("EXPECTED FAILURES", "kv_cache_exhaustion", "CACHE_OVERFLOW in 30 s");
    assertThat(run.out)
        .contains("DOWN")
        .contains("! 127.0.0.1:8000: VMON-2001 refused")
        .contains("kv-thrash")
        .contains("CACHE_OVERFLOW")
        .contains("pause-and-drain on 127.0.0.1:8000 at 2026-11-25T12:59:00+01:00: SUCCEEDED")
        .contains("outcome PARTIAL_SUCCESS: preemptions 12/s to 0/s")
        .contains("VMON-5002  PLUGIN_MANIFEST  x.jar    3")
        .doesNotContain("\u001b");
  }

  @Test
  void statusIsOneForEachReasonAlone() {
    daemon.targets.add(Entities.target(LifecycleState.ERROR, true, null));
    assertThat(run.command("status")).isEqualTo(1);
    daemon.targets.clear();
    assertThat(run.command("status")).isZero();
    daemon.history.incidents.add(Entities.incident("i1", IncidentStatus.OPEN));
    assertThat(run.command("status")).isEqualTo(1);
    daemon.history.incidents.clear();
    daemon.notReady = Optional.of("restoring");
    assertThat(run.command("status")).isEqualTo(1);
    assertThat(run.out).contains("NOT READY: restoring");
  }

  @Test
  void jsonIsTheAnswerOfTheApi() {
    assertThat(run.command("plugin", "list", "--json")).isZero();
    assertThat(run.out.strip()).isEqualTo("{\"items\":[],\"next\":null}");
    assertThat(run.command("--json", "history", "incidents")).isZero();
    assertThat(run.out.strip()).isEqualTo("{\"items\":[],\"next\":null}");
    assertThat(run.command("status", "--json")).isZero();
    assertThat(run.out).startsWith("{\"version\":\"0.1.0\"");
  }

  @Test
  void historyShowsTablesInLocalTime() {
    daemon.history.checkpoints.add(
        Entities.checkpoint("c1", LifecycleState.SERVING, FakeDaemon.NOW));
    daemon.history.incidents.add(Entities.incident("i1", IncidentStatus.CLOSED));
    daemon.history.attempts.add(Entities.attempt("a1", "i1", AttemptStatus.ADVISED, null));
    daemon.history.firings.add(Entities.firing("f1", FiringStatus.CLEARED));
    assertThat(run.command("history", "checkpoints")).isZero();
    assertThat(run.out)
        .startsWith("AT                         TARGET          STATE    BEFORE  ")
        .contains("2026-11-25T13:00:00+01:00  127.0.0.1:8000  SERVING  READY   ");
    assertThat(run.command("history", "incidents")).isZero();
    assertThat(run.out).contains("i1  2026-11-25T12:58:50+01:00  2026-11-25T13:00:00+01:00");
    assertThat(run.command("history", "attempts", "--status", "ADVISED")).isZero();
    assertThat(run.out).contains("ADVISED  -        not measured yet");
    assertThat(run.command("history", "guardrails", "--guardrail=kv-thrash")).isZero();
    assertThat(run.out).contains("KV at 0.99 with 12 preemptions/s");
    assertThat(run.command("history", "guardrails", "--state", "FIRING")).isZero();
    assertThat(run.out.lines()).hasSize(1);
  }

  @Test
  void whatWasExpectedLearnedKeptAndCommandedIsShownToo() {
    daemon.history.predictions.add(Entities.prediction("p1", FailureKind.CUDA_OOM, 0.9));
    daemon.history.paths.add(Entities.happyPath("h1", "drain"));
    daemon.history.events.add(Entities.learning("a1", "pause-and-drain"));
    daemon.history.audit.add(Entities.audit("e1", "cli:alice", AuditAction.BACKUP));
    assertThat(
            run.command(
                "history",
                "predictions",
                "--failure-type=CUDA_OOM",
                "--min-probability=0.5",
                "--since=-1h",
                "--target=127.0.0.1:8000"))
        .isZero();
    assertThat(run.out)
        .contains("p1  2026-11-25T12:59:30+01:00  127.0.0.1:8000  CUDA_OOM  0.9          HIGH")
        .contains("1m30s  trend  -");
    assertThat(run.err).isEmpty();
    assertThat(run.command("history", "predictions", "--min-probability", "0.95")).isZero();
    assertThat(run.out.lines()).hasSize(1);
    assertThat(run.command("history", "predictions", "--min-probability", "95")).isEqualTo(2);
    assertThat(
            run.command(
                "history",
                "happy-paths",
                "--name=drain",
                "--start-state=ERROR",
                "--end-state",
                "SERVING"))
        .isZero();
    assertThat(run.out).contains("drain  ERROR  SERVING  pause-and-drain  1m10s  2       1");
    assertThat(
            run.command(
                "history",
                "learning",
                "--situation=kv-high",
                "--strategy=pause-and-drain",
                "--outcome=SUCCESS"))
        .isZero();
    assertThat(run.out).contains("kv-high    pause-and-drain  SUCCESS  a1");
    assertThat(
            run.command(
                "history",
                "audit",
                "--action=BACKUP",
                "--actor=cli:alice",
                "--subject=kv",
                "--result=DONE"))
        .isZero();
    assertThat(run.out).contains("cli:alice  BACKUP  kv       DONE    rows 7");
    assertThat(run.command("--json", "history", "audit", "--limit=1")).isZero();
    assertThat(run.out).startsWith("{\"items\":[{\"id\":\"e1\"");
  }

  @Test
  void entriesThatAreDamagedAreToldOf() {
    daemon.history.passedOver = 2;
    assertThat(run.command("history", "predictions")).isZero();
    assertThat(run.err).contains("2 damaged entries are left out");
  }

  @Test
  void aHappyPathIsSavedAndAuditedUnderTheUsersName() {
    daemon.history.incidents.add(Entities.incident("i1", IncidentStatus.CLOSED));
    daemon.history.attempts.add(
        Entities.attempt("a1", "i1", AttemptStatus.SUCCEEDED, MitigationOutcome.SUCCESS));
    assertThat(run.command("happy-path", "save", "i1", "--name", "drain", "--description=it all"))
        .isZero();
    assertThat(run.out)
        .isEqualTo(
            "Saved 'drain': pause-and-drain, from PROCESSING_REQUESTS to PROCESSING_REQUESTS,"
                + " worked 1 times\n");
    assertThat(daemon.history.paths.get(0).description()).isEqualTo("it all");
    assertThat(daemon.history.audit.get(0).actor()).startsWith("cli:");
    assertThat(run.command("happy-path", "save", "i1", "--name", "drain", "--json")).isZero();
    assertThat(run.out).startsWith("{\"id\":");
    assertThat(run.command("happy-path", "save", "none", "--name", "x")).isEqualTo(2);
    assertThat(run.err).startsWith("VMON-6007 INCIDENT_NOT_FOUND");
    assertThat(run.command("happy-path", "save", "i1")).isEqualTo(2);
    assertThat(run.command("happy-path")).isEqualTo(2);
  }

  @Test
  void historyIsFilteredByTimeHoweverItIsWritten() {
    for (int i = 0; i < 3; i++) {
      daemon.history.checkpoints.add(
          Entities.checkpoint(
              "c" + i, LifecycleState.READY, FakeDaemon.NOW.minusSeconds(3_600L * i)));
    }
    assertThat(run.command("history", "checkpoints", "--since=-90m")).isZero();
    assertThat(run.out.lines()).hasSize(3);
    assertThat(run.command("history", "checkpoints", "--since", "-90m", "--to", "-30m")).isZero();
    assertThat(run.out.lines()).hasSize(2);
    assertThat(run.command("history", "checkpoints", "--from", "2026-11-25T11:30:00.000+01:00"))
        .isZero();
    assertThat(run.out.lines()).hasSize(3);
    assertThat(run.command("history", "checkpoints", "--target", "other:1")).isZero();
    assertThat(run.out.lines()).hasSize(1);
    assertThat(run.command("history", "checkpoints", "--limit", "2")).isZero();
    assertThat(run.out.lines()).hasSize(3);
    assertThat(run.err).contains("--cursor 2");
    assertThat(run.command("history", "checkpoints", "--cursor", "2")).isZero();
    assertThat(run.out.lines()).hasSize(2);
  }

  @Test
  void metricsShowSamplesPerSeries() {
    daemon.history.samples.add(
        new SeriesData(
            new SeriesKey("vllm:x", Labels.of("engine", "0")),
            new long[] {FakeDaemon.NOW.toEpochMilli(), FakeDaemon.NOW.toEpochMilli() + 1_000},
            new double[] {0.25, Double.NaN}));
    assertThat(run.command("history", "metrics", "vllm:x{engine=\"0\"}", "--since=-1h")).isZero();
    assertThat(run.out)
        .isEqualTo(
            """
            vllm:x{engine="0"}
              2026-11-25T13:00:00+01:00  0.25
              2026-11-25T13:00:01+01:00  no number
            """);
    assertThat(run.command("history", "metrics", "nothing")).isZero();
    assertThat(run.err).contains("No series");
  }

  @Test
  void aJarIsSignedWithAKeyAndApprovedByItsId() throws Exception {
    Path key = data.resolve("author.key");
    Path jar = Files.writeString(data.resolve("acme.jar"), "any content");
    assertThat(run.command("plugin", "keygen", key.toString())).isZero();
    assertThat(run.out).contains("The key SHA256:");
    assertThat(run.command("plugin", "keygen", key.toString())).isEqualTo(1);
    assertThat(run.err).contains("VMON-5019", "exists already");
    String nowhere = data.resolve("none").resolve("a.key").toString();
    assertThat(run.command("plugin", "keygen", nowhere)).isEqualTo(1);
    assertThat(run.err).contains("The folder of " + nowhere + " is not there; make it");
    String missing = data.resolve("none.jar").toString();
    assertThat(run.command("plugin", "sign", missing, "--key", key.toString())).isEqualTo(1);
    assertThat(run.err).contains("There is no jar " + missing + " to sign; build it first");
    assertThat(run.command("plugin", "sign", jar.toString(), "--key", missing)).isEqualTo(1);
    assertThat(run.err).contains("There is no key " + missing);
    assertThat(run.command("plugin", "sign", jar.toString(), "--key", key.toString())).isZero();
    assertThat(data.resolve("acme.jar.sig")).content().startsWith("key: ").contains("signature: ");
    daemon.plugins.add(Entities.plugin("acme"));
    assertThat(run.command("plugin", "approve", "acme")).isZero();
    assertThat(run.out).contains("Approved for acme: the key SHA256:abc. acme.jar runs, or starts");
    assertThat(run.command("plugin", "approve", "nobody")).isEqualTo(2);
  }

  @Test
  void pluginsAreListedAndCommanded() throws Exception {
    daemon.plugins.add(Entities.plugin("guardrail-vllm"));
    assertThat(run.command("plugin", "list")).isZero();
    assertThat(run.out).contains("guardrail-vllm  BUNDLED_JAR  0.1.0    1    ACTIVE  ACTIVE");
    assertThat(run.command("plugin", "disable", "guardrail-vllm")).isZero();
    assertThat(run.out)
        .isEqualTo("guardrail-vllm is now DISABLED (INACTIVE), version 0.1.0, generation 1\n");
    assertThat(run.command("plugin", "enable", "guardrail-vllm")).isZero();
    assertThat(run.out)
        .isEqualTo("guardrail-vllm is now ACTIVE (ACTIVE), version 0.1.0, generation 1\n");
    assertThat(run.command("plugin", "rollback", "guardrail-vllm")).isZero();
    assertThat(run.out)
        .isEqualTo("guardrail-vllm is now ACTIVE (ACTIVE), version 0.1.0, generation 1\n");
    assertThat(run.command("plugin", "approve", "guardrail-vllm")).isZero();
    assertThat(run.out).startsWith("Approved for guardrail-vllm: ");
    assertThat(run.command("plugin", "enable", "no such/thing")).isEqualTo(2);
    assertThat(run.command("plugin", "why", "no such/thing")).isEqualTo(2);
    Files.writeString(data.resolve("token"), "not the token of the daemon");
    assertThat(run.command("plugin", "disable", "guardrail-vllm")).isEqualTo(1);
    assertThat(run.err).startsWith("VMON-8001 HTTP_UNAUTHORIZED");
    Files.delete(data.resolve("token"));
    assertThat(run.command("plugin", "disable", "guardrail-vllm")).isEqualTo(2);
    assertThat(run.err).startsWith("VMON-1007 SECRET_UNAVAILABLE");
  }

  @Test
  void whySaysOnOnePageWhereAPluginStands() {
    daemon.plugins.add(Entities.plugin("guardrail-vllm"));
    daemon.history.transitions.add(
        new CodeTransition(
            "t1",
            "guardrail-vllm",
            1,
            "ab12",
            LifePhase.ACTIVE,
            LifePhase.DEGRADED,
            FakeDaemon.NOW,
            ErrorCode.PLUGIN_BREAKER_OPEN,
            "it keeps failing"));
    assertThat(run.command("plugin", "why", "guardrail-vllm")).isZero();
    assertThat(run.out)
        .startsWith("guardrail-vllm is ACTIVE (ACTIVE) since ")
        .contains("  remedy   Nothing is wrong with it\n")
        .contains("  calls    7, failed 2, slow 1, cancelled 0, held back 0, threads lost 0\n")
        .contains("on probation for another 12s, and until enough of its calls have ended")
        .containsPattern("guardrail:kv-thrash +127.0.0.1:8000 +half_open +5")
        .containsPattern("ACTIVE +DEGRADED +PLUGIN_BREAKER_OPEN +it keeps failing");
    assertThat(run.out).doesNotContain("Problems");
    daemon.problems.add(
        new Problem(
            ErrorCode.PLUGIN_SIGNATURE,
            Blame.OPERATOR,
            Entities.plugin("guardrail-vllm").generation().file(),
            "it is signed by another key",
            1,
            FakeDaemon.NOW,
            FakeDaemon.NOW));
    assertThat(run.command("plugin", "why", "guardrail-vllm")).isZero();
    assertThat(run.out)
        .containsPattern("Problems\n  CODE .*\n  VMON-5019 .*it is signed by another key");
    assertThat(run.command("plugin", "why", "guardrail-vllm", "--json")).isZero();
    assertThat(run.out).startsWith("{").contains("\"remedy\"");
  }

  @Test
  void wrongUsageEndsWithTwo() {
    assertThat(run.command()).isEqualTo(2);
    assertThat(run.command("statsu")).isEqualTo(2);
    assertThat(run.err).contains("status");
    assertThat(run.command("plugin", "new", "--kind", "guardrail")).isEqualTo(2);
    assertThat(run.err)
        .contains("--id=ID", "'vllm-monitor plugin new --help' lists what there is")
        .hasLineCount(2);
    assertThat(run.command("history")).isEqualTo(2);
    assertThat(run.err).contains("checkpoints");
    assertThat(run.command("plugin")).isEqualTo(2);
    assertThat(run.command("history", "metrics")).isEqualTo(2);
    assertThat(run.command("history", "metrics", "x{")).isEqualTo(2);
    assertThat(run.err).startsWith("VMON-3101 SELECTOR_MALFORMED");
    assertThat(run.command("history", "checkpoints", "--state", "FINE")).isEqualTo(2);
    assertThat(run.err).contains("READY");
    assertThat(run.command("history", "checkpoints", "--limit", "many")).isEqualTo(2);
    assertThat(run.command("--help")).isZero();
    assertThat(run.out).contains("Exit codes", "status", "history");
  }
}
