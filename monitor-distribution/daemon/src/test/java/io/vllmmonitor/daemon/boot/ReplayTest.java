package io.vllmmonitor.daemon.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.VerdictKind;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.plugin.Stage;
import io.vllmmonitor.core.rehearsal.ReplayedVerdict;
import io.vllmmonitor.core.rehearsal.Replayer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hours of a live engine in virtual time on real SQLite files, with failures, a restart and a swap
 * of code, and then every stored verdict once more.
 */
class ReplayTest {
  private static final String HEAD =
      """
      /*
       * id: %s
       * version: %s
       * description: a guardrail of a test
       */
      import io.vllmmonitor.api.extension.StateReader;
      import io.vllmmonitor.api.extension.StateWriter;
      import io.vllmmonitor.api.guardrail.Guardrail;
      import io.vllmmonitor.api.guardrail.GuardrailSpec;
      import io.vllmmonitor.api.guardrail.Severity;
      import io.vllmmonitor.api.guardrail.Verdict;
      import io.vllmmonitor.api.lifecycle.FailureKind;
      import io.vllmmonitor.api.view.MetricView;

      public class %s implements Guardrail {
        public String id() {
          return "%s";
        }

        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "test");
        }
      """;

  /** Windows of every reach, sums over series, and an answer that depends on firing. */
  private static final String USAGE =
      HEAD.formatted("usage", "1.0.0", "Usage", "usage")
          + """
            public Verdict check(MetricView view) {
              double limit = view.firing() ? 0.8 : 0.9;
              double sum = view.sum("usage");
              double rate = view.rate("tokens_total", 300);
              double slow = view.slope("usage{engine=\\"1\\"}", 120) + view.mean("usage", 3600);
              String text = sum + " " + rate + " " + slow;
              if (view.max("usage") > 0.97) {
                return Verdict.breach(Severity.CRITICAL, "very full " + text);
              }
              return view.max("usage") > limit ? Verdict.breach("full " + text) : Verdict.pass();
            }
          }
          """;

  /** Remembers: its answer follows from all that it saw. */
  private static String smooth(String version, String weight) {
    return HEAD.formatted("smooth", version, "Smooth", "smooth")
        + """
          private double average;
          private long seen;

          public Verdict check(MetricView view) {
            double now = view.max("usage");
            if (!view.has("usage")) {
              return Verdict.unknown("usage");
            }
            seen = seen + 1;
            average = average + %s * (now - average);
            return average > 0.6
                ? Verdict.breach("average " + average + " after " + seen)
                : Verdict.pass();
          }

          public void saveState(StateWriter state) {
            state.number("average", average);
            state.integer("seen", seen);
          }

          public void restoreState(StateReader state, int fromVersion) {
            average = state.number("average", 0);
            seen = state.integer("seen", 0);
          }
        }
        """
            .formatted(weight);
  }

  @TempDir Path home;

  @SuppressWarnings("NullAway.Init") // before each test
  private ReplayRig rig;

  @BeforeEach
  void make() {
    rig = new ReplayRig(home);
  }

  @AfterEach
  void end() {
    rig.close();
  }

  @Test
  void everyStoredVerdictIsReachedAgainToTheLastCharacter() throws IOException {
    rig.drop("Usage.java", USAGE);
    rig.drop("Smooth.java", smooth("1.0.0", "0.05"));
    rig.open();
    rig.life.run(Duration.ofMinutes(75));
    rig.restart();
    rig.life.run(Duration.ofMinutes(40));
    rig.drop("Smooth.java", smooth("1.1.0", "0.2"));
    rig.life.look();
    rig.life.run(Duration.ofMinutes(60));
    rig.life.writer.flush();
    rig.life.engine.close();

    List<VerdictRecord> stored = rig.verdicts();

    assertThat(stored).hasSizeGreaterThan(100);
    Set<VerdictKind> kinds = new TreeSet<>();
    Set<String> codes = new TreeSet<>();
    List<String> different = new ArrayList<>();
    int withState = 0;
    int firing = 0;
    Replayer replayer = rig.replayer();
    for (VerdictRecord one : stored) {
      kinds.add(one.kind());
      codes.add(one.codeHash());
      withState += one.stateHash() == null || one.stateHash().isEmpty() ? 0 : 1;
      firing += one.firing() ? 1 : 0;
      ReplayedVerdict again = replayer.replay(one);
      if (!again.identical()) {
        different.add(one + " became " + again.kind() + " " + again.reason());
      }
    }
    assertThat(different).isEmpty();
    assertThat(kinds).containsExactlyInAnyOrder(VerdictKind.values());
    assertThat(codes).as("two versions of one guardrail and another").hasSize(3);
    assertThat(withState).isGreaterThan(20);
    assertThat(firing).isPositive();
  }

  @Test
  void aSampleThatWasAlteredIsFoundOut() throws IOException {
    rig.drop("Usage.java", USAGE);
    rig.open();
    rig.life.run(Duration.ofMinutes(25));
    rig.life.writer.flush();
    VerdictRecord breach =
        rig.verdicts().stream()
            .filter(one -> one.kind() == VerdictKind.BREACH)
            .findFirst()
            .orElseThrow();
    Replayer replayer = rig.replayer();
    assertThat(replayer.replay(breach).identical()).isTrue();

    SeriesKey key =
        new SeriesKey(
            "usage",
            Labels.of("engine", "0")
                .with("job", "vllm")
                .with("instance", ReplayRig.TARGET.id().instance()));
    assertThat(
            rig.opened
                .stores()
                .series()
                .append(
                    List.of(
                        new SampleBatch(
                            ReplayRig.TARGET.id(), breach.at(), List.of(key), new double[] {7.5})),
                    AppendMode.IMPORTED)
                .rejected())
        .isEmpty();

    ReplayedVerdict again = replayer.replay(breach);
    assertThat(again.identical()).isFalse();
    assertThat(again.kind()).isEqualTo(VerdictKind.BREACH);
    assertThat(again.reason()).isNotEqualTo(breach.reason());
  }

  @Test
  void theVerdictsNearestBeforeAnInstantAreFound() throws IOException {
    rig.drop("Usage.java", USAGE);
    rig.drop("Smooth.java", smooth("1.0.0", "0.05"));
    rig.open();
    rig.life.run(Duration.ofMinutes(25));
    rig.life.engine.close();
    Instant at = ReplayRig.START.plusSeconds(900);

    List<VerdictRecord> found = rig.replayer().find(ReplayRig.TARGET.id(), at, null);

    assertThat(found)
        .extracting(VerdictRecord::guardrail)
        .containsExactlyInAnyOrder("smooth", "usage");
    assertThat(found).allSatisfy(one -> assertThat(one.at()).isBeforeOrEqualTo(at));
    for (VerdictRecord one : found) {
      assertThat(rig.verdicts())
          .filteredOn(other -> other.guardrail().equals(one.guardrail()))
          .noneMatch(other -> other.at().isAfter(one.at()) && !other.at().isAfter(at));
    }
  }

  @Test
  void newCodeIsRehearsedOverWhatIsStoredBeforeItGoesLive() throws IOException {
    rig.drop("Usage.java", USAGE);
    rig.open();
    rig.life.run(Duration.ofMinutes(30));
    rig.life.writer.flush();

    rig.drop("Broken.java", always("broken", "Broken", "throw new IllegalStateException(\"no\");"));
    rig.drop("Eager.java", always("eager", "Eager", "return Verdict.breach(\"always\");"));
    rig.drop("Smooth.java", smooth("1.0.0", "0.05"));
    rig.life.look();

    ExtensionSet live = rig.life.platform.forTarget(ReplayRig.TARGET);
    assertThat(live.guardrails())
        .extracting(bound -> bound.unit() + (bound.shadow() ? " in shadow" : ""))
        .containsExactlyInAnyOrder("usage", "smooth", "eager in shadow");
    assertThat(rig.life.problems.open())
        .extracting(Problem::code)
        .contains(ErrorCode.PLUGIN_REHEARSAL_REFUSED, ErrorCode.REHEARSAL_FIRES_OFTEN)
        .doesNotContain(ErrorCode.REHEARSAL_FAILED);
    assertThat(rig.opened.memory().rehearsals(HistoryQuery.newest(), null).items())
        .extracting(receipt -> receipt.unit() + " " + receipt.result())
        .contains("broken REJECTED", "eager SHADOW", "smooth PASSED");
    Rehearsal smooth =
        rig.opened.memory().rehearsals(HistoryQuery.newest(), "smooth").items().get(0);
    assertThat(smooth.trials().get(0).ticks()).isBetween(355L, 365L);

    assertThat(rig.life.platform.promote("eager", Stage.ACT, "by a test").generation().status())
        .isEqualTo(CodeStatus.ACTIVE);
    assertThat(rig.life.platform.forTarget(ReplayRig.TARGET).guardrails()).noneMatch(Bound::shadow);
  }

  private static String always(String id, String name, String body) {
    return HEAD.formatted(id, "1.0.0", name, id)
        + "  public Verdict check(MetricView view) {\n    "
        + body
        + "\n  }\n}\n";
  }
}
