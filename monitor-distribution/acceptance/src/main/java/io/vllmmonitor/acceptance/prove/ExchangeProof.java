package io.vllmmonitor.acceptance.prove;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Two daemons fill two stores. Exports taken while a daemon writes are imported elsewhere and
 * exported again, byte for byte the same, in every format; merges both ways, again, through a
 * running daemon and killed in their middle end in one and the same content; hostile archives are
 * refused with their codes and change nothing.
 */
final class ExchangeProof implements Proof {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private ProofSetting setting =
      new ProofSetting(Path.of(""), Path.of(""), ProofSetting.Extent.BRIEF, null, null, line -> {});
  private int exports;
  private int identical;
  private int merges;
  private int hostile;
  private int kills;

  @Override
  public String run(ProofSetting given) throws Exception {
    setting = given;
    Path a = given.scratch().resolve("data-a");
    Path b = given.scratch().resolve("data-b");
    Path early = given.scratch().resolve("early-a");
    try (SimulatorProcess server = SimulatorProcess.start(given, List.of("--rate", "4"))) {
      fillAndExport(server, a, early);
    }
    Cli cli = new Cli(given);
    // B begins as a copy of what A was, and goes its own way.
    cli.done(b, "import", early.toString(), "--merge", "--trust-code");
    try (SimulatorProcess server = SimulatorProcess.start(given, List.of("--rate", "4"))) {
      fill(server, b);
    }
    Path fromA = export(cli, a, "from-a");
    Path fromB = export(cli, b, "from-b");
    mergeBothWays(cli, a, b, fromA, fromB);
    refuseHostile(cli, a, fromB);
    String summary =
        "exports "
            + exports
            + " identical "
            + identical
            + " merges "
            + merges
            + " hostile "
            + hostile
            + " refused, killed imports "
            + kills;
    require(exports == identical, summary);
    return summary;
  }

  private String config(SimulatorProcess server) throws Exception {
    Path config = Files.createTempFile(setting.scratch(), "exchange-", ".yaml");
    Files.writeString(
        config,
        """
        targets:
          - url: %s
            mode: advise
            scrape_interval: 100ms
        """
            .formatted(server.url()));
    return config.toString();
  }

  private void fillAndExport(SimulatorProcess server, Path data, Path early) throws Exception {
    Cli cli = new Cli(setting);
    try (DaemonProcess daemon =
        DaemonProcess.up(setting, data, List.of("--config", config(server)))) {
      awaitScrapes(daemon, server);
      Acknowledged memory = Acknowledged.of(daemon.rest(), server.instance());
      cli.done(data, "export", early.toString());
      setting.log().accept("exported while it writes: " + ArchiveCopies.samples(early));
      roundTrip(cli, early, "early");
      for (String format : List.of("csv", "chunks", "jsonl")) {
        String compression = format.equals("jsonl") ? "all" : "none";
        Path archive = setting.scratch().resolve("while-writing-" + format);
        cli.done(
            data, "export", archive.toString(), "--format", format, "--compression", compression);
        roundTrip(cli, archive, format, "--format", format, "--compression", compression);
      }
      server.exhaustKv();
      Until.holds("an incident", PATIENCE, () -> !daemon.rest().all("/api/v1/incidents").isEmpty());
      holdsEverything(memory, early);
      daemon.stop();
    }
  }

  private void awaitScrapes(DaemonProcess daemon, SimulatorProcess server) {
    int wanted = setting.quick() ? 60 : 1_000;
    Until.holds(
        wanted + " scrapes",
        Duration.ofMinutes(5),
        () ->
            daemon
                    .rest()
                    .query("up{instance=\"" + server.instance() + "\"}[1h]")
                    .path("result")
                    .path(0)
                    .path("values")
                    .size()
                >= wanted);
  }

  private void fill(SimulatorProcess server, Path data) throws Exception {
    try (DaemonProcess daemon =
        DaemonProcess.up(setting, data, List.of("--config", config(server)))) {
      awaitScrapes(daemon, server);
      daemon.stop();
    }
  }

  /** Everything that was acknowledged before the export began is in it. */
  private void holdsEverything(Acknowledged memory, Path archive) throws Exception {
    Path data = setting.scratch().resolve("data-check");
    new Cli(setting).done(data, "import", archive.toString(), "--merge", "--trust-code");
    Path empty = Files.createTempFile(setting.scratch(), "empty-", ".yaml");
    Files.writeString(empty, "targets:\n  - url: 127.0.0.1:1\n    mode: observe\n");
    try (DaemonProcess daemon =
        DaemonProcess.up(setting, data, List.of("--config", empty.toString()))) {
      int missing = memory.missingFrom(daemon.rest(), setting);
      require(missing == 0, missing + " acknowledged samples or records are not in the export");
      daemon.stop();
    }
    setting.log().accept("the export holds all that was acknowledged: " + memory);
  }

  private void roundTrip(Cli cli, Path archive, String name, String... options) throws Exception {
    exports++;
    Path data = setting.scratch().resolve("data-again-" + name);
    Path again = setting.scratch().resolve("again-" + name);
    String mode = exports % 2 == 0 ? "--replace" : "--merge";
    cli.done(data, "import", archive.toString(), mode, "--trust-code");
    String[] words = new String[options.length + 2];
    words[0] = "export";
    words[1] = again.toString();
    System.arraycopy(options, 0, words, 2, options.length);
    cli.done(data, words);
    boolean same = ArchiveCopies.bytes(archive).equals(ArchiveCopies.bytes(again));
    identical += same ? 1 : 0;
    require(same, archive + " and its second export differ: " + again);
    setting.log().accept(name + ": export, import, export gives the same bytes");
  }

  private Path export(Cli cli, Path data, String name) throws Exception {
    Path archive = setting.scratch().resolve(name);
    cli.done(data, "export", archive.toString());
    roundTrip(cli, archive, name);
    return archive;
  }

  private void mergeBothWays(Cli cli, Path a, Path b, Path fromA, Path fromB) throws Exception {
    Path untouched = setting.scratch().resolve("data-b-again");
    cli.done(untouched, "import", fromB.toString(), "--merge", "--trust-code");
    merge(cli, a, fromB);
    merge(cli, b, fromA);
    Map<String, String> expected = content(cli, a, "merged-a");
    same(expected, content(cli, b, "merged-b"), "A into B and B into A");
    merge(cli, a, fromB);
    merge(cli, a, fromA);
    same(expected, content(cli, a, "merged-again"), "merging again");
    killedMerges(cli, untouched, fromA);
    same(expected, content(cli, untouched, "merged-killed"), "a merge that was killed");
    mergeIntoRunning(cli, fromA, fromB);
  }

  private void merge(Cli cli, Path data, Path archive) throws Exception {
    cli.done(data, "import", archive.toString(), "--merge", "--trust-code");
    merges++;
  }

  private void killedMerges(Cli cli, Path data, Path archive) throws Exception {
    int rounds = setting.quick() ? 3 : 20;
    for (int round = 0; round < rounds; round++) {
      long after = 600 + 250L * round;
      kills +=
          cli.killed(data, after, "import", archive.toString(), "--merge", "--trust-code") ? 1 : 0;
    }
    merge(cli, data, archive);
  }

  /** The daemon's own rows are there too, so only what came is looked for. */
  private void mergeIntoRunning(Cli cli, Path fromA, Path fromB) throws Exception {
    Path data = setting.scratch().resolve("data-running");
    Path config = Files.createTempFile(setting.scratch(), "running-", ".yaml");
    Files.writeString(config, "targets:\n  - url: 127.0.0.1:1\n    mode: observe\n");
    try (DaemonProcess daemon =
        DaemonProcess.up(setting, data, List.of("--config", config.toString()))) {
      merge(cli, data, fromA);
      merge(cli, data, fromB);
      for (Path archive : List.of(fromA, fromB)) {
        String again = cli.done(data, "import", archive.toString(), "--merge", "--dry-run");
        require(
            again.lines().anyMatch(line -> line.matches("samples +\\d+ +0 +0 .* 0$")),
            "nothing is left to import into the running daemon; found " + again);
      }
      Cli.Result replaced = cli.run(data, "import", fromA.toString(), "--replace", "--trust-code");
      require(
          replaced.exitCode() == 2 && replaced.output().contains("VMON-7205"),
          "a running daemon refuses a replacement; found " + replaced);
      daemon.stop();
    }
    setting.log().accept("merged into a running daemon");
  }

  private void refuseHostile(Cli cli, Path data, Path sound) throws Exception {
    Map<String, String> before = content(cli, data, "before-hostile");
    Map<Path, String> copies = ArchiveCopies.hostile(sound, setting.scratch().resolve("hostile"));
    for (Map.Entry<Path, String> copy : copies.entrySet()) {
      Cli.Result result =
          cli.run(data, "import", copy.getKey().toString(), "--merge", "--trust-code");
      require(
          result.exitCode() != 0 && result.output().contains(copy.getValue()),
          copy.getKey() + " is refused with " + copy.getValue() + "; found " + result);
      hostile++;
    }
    same(before, content(cli, data, "after-hostile"), "what hostile archives left");
  }

  private Map<String, String> content(Cli cli, Path data, String name) throws Exception {
    Path archive = setting.scratch().resolve(name);
    cli.done(data, "export", archive.toString());
    return ArchiveCopies.bytes(archive);
  }

  private void same(Map<String, String> expected, Map<String, String> found, String what) {
    require(expected.equals(found), what + " differ: " + expected + " and " + found);
    setting.log().accept(what + ": the same content");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new ProofFailure(what);
    }
  }
}
