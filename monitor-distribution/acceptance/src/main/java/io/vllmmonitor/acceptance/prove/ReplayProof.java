package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.acceptance.replay.NaivePage;
import io.vllmmonitor.acceptance.replay.NaiveSeries;
import io.vllmmonitor.acceptance.replay.RecordedScrape;
import io.vllmmonitor.acceptance.replay.Recording;
import io.vllmmonitor.acceptance.replay.ReplayServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Plays recordings of real servers into the daemon over HTTP and compares every sample it stored,
 * bit for bit, with a naive reading of the pages.
 */
final class ReplayProof implements Proof {
  private static final List<String> RECORDINGS =
      List.of("1-hang-and-crash", "2-silences-and-deaths", "3-kv-pressure-and-timeout");
  private static final String LONG_RECORDING = "recording-4-ordinary-half-hour/scrapes.xz";
  private static final List<String> PAGES =
      List.of(
          "0.12.0-idle",
          "0.12.0-after-load",
          "0.17.1-idle",
          "0.17.1-under-load",
          "0.17.1-after-load",
          "0.23.0-idle",
          "0.23.0-under-load",
          "0.23.0-after-load",
          "0.32.0-fresh",
          "0.32.0-all-optional-idle",
          "0.32.0-all-optional-after-load",
          "0.32.0-data-parallel-2-under-load",
          "0.32.0-data-parallel-2-after-hang",
          "0.32.0-log-stats-off-idle",
          "0.32.0-log-stats-off-after-load",
          "0.32.0-rust-front-end-idle",
          "0.32.0-rust-front-end-after-load",
          "0.32.0-two-api-servers-idle",
          "0.32.0-two-api-servers-after-load");

  @Override
  public String run(ProofSetting setting) throws Exception {
    Map<String, List<RecordedScrape>> plays = plays(setting);
    Map<String, ReplayServer> servers = new LinkedHashMap<>();
    Comparison total = new Comparison();
    try {
      for (Map.Entry<String, List<RecordedScrape>> play : plays.entrySet()) {
        servers.put(play.getKey(), ReplayServer.start(play.getValue()));
      }
      Path data = setting.scratch().resolve("replay");
      Path config = setting.scratch().resolve("replay.yaml");
      Files.writeString(config, config(servers));
      try (DaemonProcess daemon =
          DaemonProcess.up(setting, data, List.of("--config", config.toString()))) {
        for (Map.Entry<String, ReplayServer> server : servers.entrySet()) {
          setting.log().accept("playing " + server.getKey());
          play(daemon.rest(), server.getValue());
        }
        for (Map.Entry<String, ReplayServer> server : servers.entrySet()) {
          Comparison one = compare(daemon.rest(), server.getValue());
          setting.log().accept(server.getKey() + ": " + one);
          total.add(one);
        }
        daemon.stop();
      }
    } finally {
      for (ReplayServer server : servers.values()) {
        server.close();
      }
    }
    String summary = "replay " + total;
    if (total.differences > 0 || total.pages == 0) {
      throw new ProofFailure(summary);
    }
    return summary;
  }

  private static Map<String, List<RecordedScrape>> plays(ProofSetting setting) throws IOException {
    Map<String, List<RecordedScrape>> plays = new LinkedHashMap<>();
    for (String name : RECORDINGS) {
      try (InputStream xz = resource("recording-" + name + ".xz")) {
        List<RecordedScrape> scrapes = Recording.read(xz);
        plays.put(name, setting.quick() ? scrapes.subList(0, scrapes.size() / 2) : scrapes);
      }
    }
    List<RecordedScrape> pages = new ArrayList<>();
    for (String name : PAGES) {
      try (InputStream page = resource("pages/" + name + ".txt")) {
        pages.add(RecordedScrape.page(new String(page.readAllBytes(), StandardCharsets.UTF_8)));
      }
    }
    plays.put("pages of 0.12.0 to 0.32.0", pages);
    Path more = setting.recordings();
    if (more == null) {
      setting
          .log()
          .accept("without the ordinary half hour: name the directory with --recordings DIR");
    } else {
      try (InputStream xz = Files.newInputStream(more.resolve(LONG_RECORDING))) {
        plays.put("4-ordinary-half-hour", Recording.read(xz));
      }
    }
    return plays;
  }

  private static InputStream resource(String name) {
    InputStream stream = ReplayProof.class.getResourceAsStream("/vllm/" + name);
    if (stream == null) {
      throw new ProofFailure("The proofs lack their resource " + name);
    }
    return stream;
  }

  private static String config(Map<String, ReplayServer> servers) {
    StringBuilder yaml = new StringBuilder("targets:\n");
    for (ReplayServer server : servers.values()) {
      yaml.append("  - url: ")
          .append(server.instance())
          .append("\n    mode: observe\n    scrape_interval: 50ms\n");
    }
    return yaml.toString();
  }

  /**
   * Waits until everything was scraped; a stretch of refusals ends once the daemon has noticed it.
   */
  private static void play(Rest rest, ReplayServer server) {
    while (!server.isFinished()) {
      Until.holds(
          "the daemon to scrape " + server.instance(),
          Duration.ofMinutes(5),
          () -> server.isFinished() || server.isRefusing());
      if (server.isRefusing()) {
        Until.holds(
            "the daemon to notice that " + server.instance() + " refuses",
            Duration.ofSeconds(30),
            () -> isDown(rest, server.instance()));
        try {
          server.reopen();
        } catch (IOException e) {
          throw new ProofFailure("The port of " + server.instance() + " did not open again: " + e);
        }
      }
    }
    Until.holds(
        "the last page of " + server.instance() + " to be committed",
        Duration.ofSeconds(30),
        () -> isDown(rest, server.instance()));
  }

  private static boolean isDown(Rest rest, String instance)
      throws IOException, InterruptedException {
    JsonNode result = rest.query("up{instance=\"" + instance + "\"}").path("result");
    return result.size() == 1 && result.get(0).path("value").path(1).asText().equals("0");
  }

  private static Comparison compare(Rest rest, ReplayServer server)
      throws IOException, InterruptedException {
    List<String> pages = server.served();
    Map<NaiveSeries, List<Double>> expected = new LinkedHashMap<>();
    Map<NaiveSeries, List<Integer>> expectedPages = new LinkedHashMap<>();
    for (int page = 0; page < pages.size(); page++) {
      int number = page;
      NaivePage.read(pages.get(page), server.instance())
          .forEach(
              (series, value) -> {
                expected.computeIfAbsent(series, key -> new ArrayList<>()).add(value);
                expectedPages.computeIfAbsent(series, key -> new ArrayList<>()).add(number);
              });
    }
    Comparison comparison = new Comparison();
    comparison.pages = pages.size();
    Map<Integer, String> times = new TreeMap<>();
    TreeSet<String> names = new TreeSet<>();
    expected.keySet().forEach(series -> names.add(series.name()));
    for (String name : names) {
      Map<NaiveSeries, JsonNode> stored = stored(rest, name, server.instance());
      for (Map.Entry<NaiveSeries, List<Double>> entry : expected.entrySet()) {
        if (entry.getKey().name().equals(name)) {
          comparison.series(
              entry.getKey(),
              entry.getValue(),
              expectedPages.getOrDefault(entry.getKey(), List.of()),
              stored.remove(entry.getKey()),
              times);
        }
      }
      stored.keySet().forEach(series -> comparison.differ("stored, but on no page: " + series));
    }
    unexpectedNames(rest, server.instance(), names, comparison);
    return comparison;
  }

  private static Map<NaiveSeries, JsonNode> stored(Rest rest, String name, String instance)
      throws IOException, InterruptedException {
    JsonNode result =
        rest.query("{__name__=\"" + name + "\",instance=\"" + instance + "\"}[1d]").path("result");
    Map<NaiveSeries, JsonNode> stored = new LinkedHashMap<>();
    for (JsonNode series : result) {
      Map<String, String> labels = new TreeMap<>();
      series
          .path("metric")
          .properties()
          .forEach(l -> labels.put(l.getKey(), l.getValue().asText()));
      labels.remove("__name__");
      stored.put(new NaiveSeries(name, labels), series.path("values"));
    }
    return stored;
  }

  private static void unexpectedNames(
      Rest rest, String instance, Set<String> expected, Comparison comparison)
      throws IOException, InterruptedException {
    JsonNode names =
        rest.get(
                "/prometheus/api/v1/label/__name__/values?match%5B%5D="
                    + Rest.encode("{instance=\"" + instance + "\"}"))
            .path("data");
    for (JsonNode name : names) {
      String text = name.asText();
      if (!expected.contains(text) && !text.equals("up") && !text.startsWith("scrape_")) {
        comparison.differ("a name that is on no page: " + text);
      }
    }
  }

  /** Counts what was compared and what differed. Confined to one thread. */
  private static final class Comparison {
    private static final int SHOWN = 5;
    private int pages;
    private long samples;
    private long differences;
    private final List<String> examples = new ArrayList<>();

    void series(
        NaiveSeries series,
        List<Double> expected,
        List<Integer> onPages,
        @Nullable JsonNode stored,
        Map<Integer, String> times) {
      int found = stored == null ? 0 : stored.size();
      if (found != expected.size()) {
        differ(series + ": " + expected.size() + " on the pages, " + found + " stored");
      }
      for (int i = 0; i < Math.min(found, expected.size()); i++) {
        samples++;
        JsonNode pair = stored == null ? null : stored.get(i);
        if (pair == null || !sameBits(expected.get(i), pair.path(1).asText())) {
          differ(series + " sample " + i + ": page " + expected.get(i) + ", stored " + pair);
        } else {
          String at = pair.path(0).asText();
          String before = times.putIfAbsent(onPages.get(i), at);
          if (before != null && !before.equals(at)) {
            differ(series + " sample " + i + ": at " + at + ", others of its page at " + before);
          }
        }
      }
    }

    private static boolean sameBits(double expected, String stored) {
      double value =
          switch (stored) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(stored);
          };
      return Double.doubleToRawLongBits(expected) == Double.doubleToRawLongBits(value);
    }

    void differ(String example) {
      differences++;
      if (examples.size() < SHOWN) {
        examples.add(example);
      }
    }

    void add(Comparison other) {
      pages += other.pages;
      samples += other.samples;
      differences += other.differences;
      for (String example : other.examples) {
        if (examples.size() < SHOWN) {
          examples.add(example);
        }
      }
    }

    @Override
    public String toString() {
      return "pages "
          + pages
          + " samples "
          + samples
          + " differences "
          + differences
          + (examples.isEmpty() ? "" : "\n  " + String.join("\n  ", examples));
    }
  }
}
