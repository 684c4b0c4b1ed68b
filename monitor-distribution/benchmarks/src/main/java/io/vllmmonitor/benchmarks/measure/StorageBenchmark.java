package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.benchmarks.peer.Folders;
import io.vllmmonitor.benchmarks.peer.OurDaemon;
import io.vllmmonitor.benchmarks.peer.PrometheusServer;
import io.vllmmonitor.benchmarks.peer.ServerPeer;
import io.vllmmonitor.benchmarks.peer.VictoriaMetricsServer;
import io.vllmmonitor.benchmarks.workload.RecordedServer;
import io.vllmmonitor.benchmarks.workload.Scrape;
import io.vllmmonitor.benchmarks.workload.SyntheticServer;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/**
 * Measures our daemon, Prometheus, VictoriaMetrics and SQLite rows in one run and prints the table
 * of ratios. Steps go to standard error, the table to standard output. Exit code 0 when every
 * "must" is met and every answer right, 1 when not, 2 when the call is wrong.
 */
public final class StorageBenchmark {
  private static final long SEED = 20_261_125;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int WARM_TURNS = 2;

  private final Setting setting;
  private final Figures figures;

  private StorageBenchmark(Setting setting) {
    this.setting = setting;
    this.figures = new Figures(System.err::println);
  }

  public static void main(String[] arguments) throws Exception {
    Setting setting;
    try {
      setting = Setting.of(List.of(arguments));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    System.exit(new StorageBenchmark(setting).run());
  }

  private int run() throws IOException, SQLException {
    Folders.delete(setting.scratch());
    Files.createDirectories(setting.scratch());
    try {
      measure();
    } finally {
      Folders.delete(setting.scratch());
    }
    figures.note(Surroundings.load());
    String head = Surroundings.head(setting);
    String table = RatioTable.of(figures);
    System.out.println(head + "\n" + table);
    if (setting.markdown() != null) {
      ResultsDocument.replace(setting.markdown(), head + "\n" + table);
    }
    return verdict();
  }

  private int verdict() {
    List<String> missed = RatioTable.missed(figures);
    boolean wrong = figures.wrong();
    missed.forEach(one -> System.out.println("MISSED " + one));
    System.out.println(
        "storage "
            + (setting.quick() ? "quick " : "")
            + (missed.isEmpty() && !wrong ? "every must reached" : missed.size() + " missed")
            + (wrong ? ", answers WRONG" : ""));
    return setting.reportOnly() || (missed.isEmpty() && !wrong) ? 0 : 1;
  }

  private void measure() throws IOException, SQLException {
    figures.step("making " + setting.scrapes() + " scrapes from the seed " + SEED);
    List<Scrape> pages = SyntheticServer.scrapes(SEED, setting.scrapes());
    Workload workload =
        Workload.endingNow("synthetic", pages, setting.scrapes(), SECOND, Instant.now());
    ParserRace.run(pages, figures);
    figures.step("in process");
    new InProcess(workload, figures)
        .run(setting.scratch().resolve("in-process"), WARM_TURNS, setting.rounds());
    servers(workload);
    realPages();
    kills(pages);
  }

  private void servers(Workload workload) throws IOException {
    figures.step("servers, " + workload.name());
    List<Case> cases = Case.of(workload);
    try (OurDaemon ours = ours("a");
        ServerPeer prometheus = prometheus("a");
        ServerPeer victoria = victoria("a")) {
      List<ServerPeer> peers = List.of(ours, prometheus, victoria);
      for (ServerPeer peer : peers) {
        peer.start();
      }
      Race race = new Race(peers, workload, figures);
      race.ingest("", WARM_TURNS);
      double samples = workload.samples(0, workload.scrapes());
      figures.put("bytes per sample, everything", ours.name(), ours.allBytes() / samples);
      race.ask(cases, setting.rounds());
      race.memory();
      race.restart(cases.get(2), setting.rounds());
    }
  }

  private void realPages() throws IOException {
    Path recordings = setting.recordings();
    if (recordings == null || Files.notExists(recordings.resolve(Setting.RECORDING))) {
      figures.note(
          "real pages were not measured: no folder "
              + Setting.RECORDING
              + " in --recordings "
              + (recordings == null ? "(not given)" : recordings));
      return;
    }
    List<Scrape> pages = RecordedServer.scrapes(recordings.resolve(Setting.RECORDING));
    int scrapes = setting.quick() ? pages.size() : (int) Duration.ofDays(1).toSeconds();
    figures.step("servers, real pages: " + pages.size() + " pages, " + scrapes + " scrapes");
    Workload workload = Workload.endingNow("real pages", pages, scrapes, SECOND, Instant.now());
    try (ServerPeer ours = ours("b");
        ServerPeer prometheus = prometheus("b");
        ServerPeer victoria = victoria("b")) {
      List<ServerPeer> peers = List.of(ours, prometheus, victoria);
      for (ServerPeer peer : peers) {
        peer.start();
      }
      new Race(peers, workload, figures).ingest(", real pages", 1);
    }
  }

  private void kills(List<Scrape> pages) throws IOException {
    figures.step("kill -9, " + setting.killTrials() + " trials each");
    Workload workload = Workload.endingNow("synthetic", pages, pages.size(), SECOND, Instant.now());
    try (ServerPeer ours = ours("c");
        ServerPeer prometheus = prometheus("c");
        ServerPeer victoria = victoria("c")) {
      for (ServerPeer peer : List.of(ours, prometheus, victoria)) {
        try {
          long lost = new KillTrials(peer, workload, new Random(SEED)).run(setting.killTrials());
          figures.put(Requirement.LOST, peer.name(), (double) lost);
        } catch (IOException e) {
          figures.note(peer.name() + " could not be fed and killed: " + e.getMessage());
        }
      }
    }
    figures.note("kill -9: " + setting.killTrials() + " trials of each server");
  }

  private OurDaemon ours(String run) {
    return new OurDaemon(setting.bundle(), setting.scratch().resolve("ours-" + run));
  }

  private ServerPeer prometheus(String run) {
    return new PrometheusServer(setting.scratch().resolve("prometheus-" + run));
  }

  private ServerPeer victoria(String run) {
    return new VictoriaMetricsServer(setting.scratch().resolve("victoria-" + run));
  }
}
