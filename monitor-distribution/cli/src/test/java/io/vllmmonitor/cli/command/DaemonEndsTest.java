package io.vllmmonitor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.daemon.boot.UpOptions;
import io.vllmmonitor.daemon.web.FakeDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonEndsTest {
  @TempDir private Path data;

  @Test
  void withoutADaemonEveryVerbEndsWithThreeAndSaysHowToStartOne() {
    Run run = new Run(data);
    for (String[] verb :
        new String[][] {
          {"status"},
          {"stop"},
          {"history", "checkpoints"},
          {"history", "metrics", "x"},
          {"history", "audit"},
          {"happy-path", "save", "i1", "--name", "x"},
          {"plugin", "list"},
          {"plugin", "disable", "x"}
        }) {
      assertThat(run.command(verb)).isEqualTo(3);
      assertThat(run.err)
          .startsWith("VMON-1009 NO_DAEMON")
          .contains("vllm-monitor up --data " + data);
      assertThat(run.out).isEmpty();
    }
  }

  @Test
  void theFileOfADeadDaemonIsNoDaemon() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    assertThat(dead.waitFor(10, TimeUnit.SECONDS)).isTrue();
    Run run = new Run(data);
    run.announce("127.0.0.1:1", dead.pid());
    assertThat(run.command("status")).isEqualTo(3);
    assertThat(run.err).contains(Long.toString(dead.pid()));
  }

  @Test
  void aDaemonThatKeepsStartingIsToldApartFromNone() throws Exception {
    Run run = new Run(data);
    run.startup = Duration.ofMillis(300);
    run.announce("", ProcessHandle.current().pid());
    assertThat(run.command("status")).isEqualTo(3);
    assertThat(run.err).contains("still starting", "ask again").doesNotContain("vllm-monitor up");
  }

  @Test
  void aDaemonThatIsStartingIsWaitedFor() throws Exception {
    Run run = new Run(data);
    run.announce("", ProcessHandle.current().pid());
    try (FakeDaemon daemon = new FakeDaemon()) {
      CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> run.command("status"));
      assertThat(catchThrowable(() -> exit.get(400, TimeUnit.MILLISECONDS)))
          .isInstanceOf(TimeoutException.class);
      run.on(daemon);
      assertThat(exit.get(10, TimeUnit.SECONDS)).isZero();
    }
  }

  @Test
  void aDaemonThatDiesWhileStartingIsNotWaitedFor() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      Run run = new Run(data);
      run.startup = Duration.ofMinutes(5);
      run.announce("", process.pid());
      CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> run.command("status"));
      assertThat(catchThrowable(() -> exit.get(400, TimeUnit.MILLISECONDS)))
          .isInstanceOf(TimeoutException.class);
      process.destroyForcibly();
      assertThat(exit.get(10, TimeUnit.SECONDS)).isEqualTo(3);
      assertThat(run.err).contains("which is gone");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aProcessThatDoesNotListenIsNoDaemon() throws Exception {
    Run run = new Run(data);
    try (FakeDaemon daemon = new FakeDaemon()) {
      run.on(daemon);
    }
    assertThat(run.command("status")).isEqualTo(3);
    assertThat(run.err).contains("nothing listens");
  }

  @Test
  void dataNamesAnotherDirectory() throws Exception {
    Path other = Files.createDirectory(data.resolve("other"));
    try (FakeDaemon daemon = new FakeDaemon()) {
      new Run(other).on(daemon);
      Run run = new Run(data);
      assertThat(run.command("status")).isEqualTo(3);
      assertThat(run.command("status", "--data", other.toString())).isZero();
      assertThat(run.command("--data", other.toString(), "plugin", "list")).isZero();
    }
  }

  @Test
  void stopWaitsUntilTheProcessIsGone() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try (FakeDaemon daemon = new FakeDaemon()) {
      daemon.onStop = process::destroy;
      Run run = new Run(data).on(daemon, process.pid());
      assertThat(run.command("stop")).isZero();
      assertThat(run.out).contains("process " + process.pid() + " is gone");
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(daemon.awaitStop()).isTrue();
      assertThat(daemon.stops).hasValue(1);
      assertThat(run.command("stop")).isEqualTo(3);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void stopFailsWhenTheProcessStays() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try (FakeDaemon daemon = new FakeDaemon()) {
      Run run = new Run(data).on(daemon, process.pid());
      assertThat(run.command("stop")).isEqualTo(1);
      assertThat(run.err).startsWith("VMON-9002").contains("is still there");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void upHandsOverWhatItWasTold() {
    Run run = new Run(data);
    assertThat(
            run.command(
                "up",
                "gpu1:8000",
                "https://gpu2/team",
                "--demo",
                "--data",
                "/x",
                "--listen",
                "127.0.0.1:0",
                "--config",
                "/y/monitor.yaml"))
        .isZero();
    assertThat(run.ups)
        .containsExactly(
            new UpOptions(
                List.of("gpu1:8000", "https://gpu2/team"),
                true,
                Path.of("/x"),
                "127.0.0.1:0",
                Path.of("/y/monitor.yaml")));
    assertThat(run.command("up")).isZero();
    assertThat(run.ups.get(1)).isEqualTo(new UpOptions(List.of(), false, null, null, null));
  }

  @Test
  void whyUpFailedIsTheExitCode() {
    assertThat(upFailsWith(ErrorCode.CONFIG_UNKNOWN_KEY)).isEqualTo(2);
    assertThat(upFailsWith(ErrorCode.LISTEN_ADDRESS_IN_USE)).isEqualTo(2);
    assertThat(upFailsWith(ErrorCode.STORE_OWNED)).isEqualTo(4);
    assertThat(upFailsWith(ErrorCode.STORE_DAMAGED)).isEqualTo(5);
    assertThat(upFailsWith(ErrorCode.STORE_NEWER)).isEqualTo(5);
    assertThat(upFailsWith(ErrorCode.STORE_FOREIGN)).isEqualTo(5);
    assertThat(upFailsWith(ErrorCode.STORE_IO)).isEqualTo(1);
    Run run = new Run(data);
    run.daemon =
        Optional.of(
            options -> {
              throw new IllegalStateException("a bug");
            });
    assertThat(run.command("up")).isEqualTo(1);
    assertThat(run.err).startsWith("VMON-9001").doesNotContain("\tat ");
    run.daemon = Optional.empty();
    assertThat(run.command("up")).isEqualTo(2);
    assertThat(run.command("version")).isZero();
    assertThat(run.out).matches("vllm-monitor \\d+\\.\\d+\\.\\d+.* \\(Java .*\\)\n");
    assertThat(run.command("version", "--json")).isZero();
    assertThat(run.out).startsWith("{\"version\":\"");
  }

  private int upFailsWith(ErrorCode code) {
    Run run = new Run(data);
    run.daemon =
        Optional.of(
            options -> {
              throw new MonitorException(code, Blame.OPERATOR, "so it is");
            });
    int exit = run.command("up");
    assertThat(run.err).isEqualTo(code.label() + " " + code + ": so it is\n");
    return exit;
  }
}
