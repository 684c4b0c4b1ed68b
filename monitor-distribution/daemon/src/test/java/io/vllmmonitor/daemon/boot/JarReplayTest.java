package io.vllmmonitor.daemon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.rehearsal.VerdictKind;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.rehearsal.ReplayedVerdict;
import io.vllmmonitor.core.rehearsal.Replayer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verdicts of a jar that judges by chance, the clock and a configuration, once more. */
class JarReplayTest {
  private static final String JAR = "chancy.jar";

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

  private void configure(String limit) {
    rig.settings.put("chancy", Settings.of(Map.of("limit", limit)));
  }

  private static List<String> different(Replayer replayer, List<VerdictRecord> stored) {
    List<String> different = new ArrayList<>();
    for (VerdictRecord one : stored) {
      ReplayedVerdict again = replayer.replay(one);
      if (!again.identical()) {
        different.add(one + " became " + again.kind() + " " + again.reason());
      }
    }
    return different;
  }

  @Test
  void theyAreReachedAgainAfterANewConfigurationANewVersionAndTheEndOfTheJar() throws IOException {
    rig.drop(JAR, JudgingJar.of("chancy", "1.0.0"));
    rig.drop("other.jar", JudgingJar.of("other", "1.0.0")); // an empty folder removes nothing
    rig.open();
    rig.life.run(Duration.ofMinutes(12));
    configure("0.9");
    rig.restart();
    rig.life.run(Duration.ofMinutes(12));
    rig.drop(JAR, JudgingJar.of("chancy", "2.0.0"));
    rig.life.look();
    rig.life.run(Duration.ofMinutes(12));
    rig.life.writer.flush();
    List<VerdictRecord> soFar = rig.verdicts();
    assertThat(different(rig.replayer(), soFar.subList(0, 20))).as("of 2.0.0").isEmpty();
    assertThat(different(rig.replayer(), soFar.subList(soFar.size() - 20, soFar.size())))
        .as("of 1.0.0 while 2.0.0 runs")
        .isEmpty();
    configure("0.7");
    rig.restart();
    rig.remove(JAR);
    rig.life.look();
    rig.life.look(); // that a file is gone counts a little later
    assertThat(rig.life.platform.forTarget(ReplayRig.TARGET).guardrails())
        .extracting(Bound::unit)
        .containsExactly("other");
    rig.life.run(Duration.ofMinutes(1));
    rig.life.writer.flush();
    rig.life.engine.close();

    List<VerdictRecord> stored = rig.verdicts();

    assertThat(stored).hasSizeGreaterThan(60);
    Set<VerdictKind> kinds = new TreeSet<>();
    Set<String> codes = new TreeSet<>();
    Set<String> configurations = new TreeSet<>();
    Set<Long> seeds = new TreeSet<>();
    Set<String> texts = new TreeSet<>();
    for (VerdictRecord one : stored) {
      kinds.add(one.kind());
      codes.add(one.codeHash());
      configurations.add(String.valueOf(one.configHash()));
      seeds.add(one.seed());
      texts.add(one.reason().replaceAll(" at .*? luck .*? limit", " limit"));
    }
    assertThat(kinds).containsExactlyInAnyOrder(VerdictKind.values());
    assertThat(codes).as("two versions of one jar and another").hasSize(3);
    assertThat(configurations).contains("").hasSizeGreaterThan(1);
    assertThat(seeds).as("one for each").hasSameSizeAs(stored);
    assertThat(texts).contains("1.0.0 limit 0.95", "1.0.0 limit 0.9", "2.0.0 limit 0.9");
    assertThat(different(rig.replayer(), stored)).isEmpty();
  }

  @Test
  void aConfigurationThatIsGoneMakesAReplayImpossibleAndIsSaid() throws IOException {
    configure("0.9");
    rig.drop(JAR, JudgingJar.of("chancy", "1.0.0"));
    rig.open();
    rig.life.run(Duration.ofMinutes(5));
    rig.life.writer.flush();
    VerdictRecord stored = rig.verdicts().get(0);
    Replayer replayer = rig.replayer();
    assertThat(replayer.replay(stored).identical()).isTrue();
    String hash = String.valueOf(stored.configHash());
    assertThat(rig.opened.stores().records().delete(RecordKind.STATE_VERSIONS, Set.of(hash)))
        .isEqualTo(1);

    assertThatThrownBy(() -> replayer.replay(stored))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.REPLAY_IMPOSSIBLE))
        .hasMessageContaining("configuration " + hash + " is no longer stored");
  }
}
