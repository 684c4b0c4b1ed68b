package io.vllmmonitor.acceptance.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The proofs in the form that runs with every build. */
class ProofsIT {
  @Test
  void theJourneyOfAUserHolds() throws Exception {
    assertThat(prove("journey")).contains("lost 0");
  }

  @Test
  void theExamplePluginLivesThroughItsVersions() throws Exception {
    assertThat(prove("plugin")).contains("state kept", "removed");
  }

  @Test
  void everySampleOfTheRecordingsIsStoredBitForBit() throws Exception {
    assertThat(prove("replay")).contains("differences 0");
  }

  @Test
  void exportsComeBackByteForByte() throws Exception {
    assertThat(prove("exchange", "--quick")).contains("identical", "merges", "refused");
  }

  @Test
  void theExampleProgramRunsFromTheBundle() throws Exception {
    assertThat(prove("embed")).contains("remembered, exported and imported");
  }

  @Test
  void crashesLoseNothing() throws Exception {
    assertThat(prove("crash", "--brief"))
        .contains("cycles 8 acknowledged", "lost 0", "second daemons 1 refused 1", "wrong 0");
  }

  @Test
  void nothingThatIsDroppedHurtsWhatRunsBesideIt() throws Exception {
    assertThat(prove("hostile", "--brief")).contains("neighbours_missed 0");
  }

  @Test
  void aKillInTheMidstOfAnInstallLosesAndTearsNothing() throws Exception {
    assertThat(prove("install", "--brief")).contains("lost 0 torn 0");
  }

  private static String prove(String... arguments) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int exitCode =
        Prove.run(
            Stream.concat(
                    Stream.of(arguments), Stream.of("--bundle", System.getProperty("bundle.zip")))
                .toList(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            System.err);
    assertThat(exitCode).as(out.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }
}
