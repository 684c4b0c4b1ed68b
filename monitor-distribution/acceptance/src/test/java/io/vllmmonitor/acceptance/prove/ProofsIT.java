package io.vllmmonitor.acceptance.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The proofs in the form that runs with every build. */
class ProofsIT {
  @Test
  void theJourneyOfAUserHolds() throws Exception {
    assertThat(prove("journey")).contains("lost 0");
  }

  @Test
  void everySampleOfTheRecordingsIsStoredBitForBit() throws Exception {
    assertThat(prove("replay")).contains("differences 0");
  }

  private static String prove(String name) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int exitCode =
        Prove.run(
            List.of(name, "--bundle", System.getProperty("bundle.zip")),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            System.err);
    assertThat(exitCode).as(out.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }
}
