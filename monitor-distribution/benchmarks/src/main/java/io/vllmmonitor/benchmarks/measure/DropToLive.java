package io.vllmmonitor.benchmarks.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.benchmarks.peer.OurDaemon;
import io.vllmmonitor.benchmarks.peer.SimulatedServer;
import io.vllmmonitor.benchmarks.peer.Waiting;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long it takes from a file that appears in a drop folder to a guardrail that is live, in the
 * daemon of the bundle, which watches a simulated server and remembers the last day of it. Confined
 * to one thread.
 */
final class DropToLive {
  private static final int QUICK_DROPS = 3;
  private static final int LONG_DROPS = 9;
  private static final Duration SPAN = Duration.ofHours(24);
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration MOST = Duration.ofMinutes(2);
  private static final int OTHER_SERIES = 46;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Figures figures;
  private final Path bundle;
  private final Path folder;
  private final int drops;

  /**
   * @param folder is made; everything goes there
   */
  DropToLive(Figures figures, Path bundle, Path folder, boolean quick) {
    this.figures = figures;
    this.bundle = bundle;
    this.folder = folder;
    this.drops = quick ? QUICK_DROPS : LONG_DROPS;
  }

  /** The line of the summary. */
  String run() throws IOException {
    Files.createDirectories(folder);
    try (SimulatedServer server = SimulatedServer.start(bundle, folder)) {
      Path config =
          Files.writeString(
              folder.resolve("monitor.yaml"),
              """
              targets:
                - url: %s
                  mode: observe
                  scrape_interval: 1s
              """
                  .formatted(server.instance()));
      try (OurDaemon daemon =
          new OurDaemon(bundle, folder, List.of("--config", config.toString()))) {
        fill(daemon.directory(), server.instance());
        daemon.start();
        Waiting.until("the target to be up", MOST, () -> isUp(daemon));
        double source = Medians.of(sources(daemon));
        double jar = Medians.of(jars(daemon));
        figures.put(PluginRequirements.SOURCE_LIVE, Figures.OURS, source);
        figures.put(PluginRequirements.JAR_LIVE, Figures.OURS, jar);
        figures.note(
            "live is what the list of plugins calls ACTIVE; medians of " + drops + " drops each");
        return String.format(Locale.ROOT, "drop_to_live_s source %.2f jar %.2f", source, jar);
      }
    }
  }

  private List<Double> sources(OurDaemon daemon) throws IOException {
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < drops; i++) {
      String id = "live-source-" + i;
      byte[] text = MadeGuardrail.raced(id, "LiveSource" + i, i).getBytes(StandardCharsets.UTF_8);
      seconds.add(drop(daemon, "guardrails", "LiveSource" + i + ".java", id, text));
    }
    return seconds;
  }

  private List<Double> jars(OurDaemon daemon) throws IOException {
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < drops; i++) {
      String id = "live-jar-" + i;
      byte[] jar = MadeGuardrail.jar(folder, id, i);
      seconds.add(drop(daemon, "plugins", id + ".jar", id, jar));
    }
    return seconds;
  }

  private double drop(OurDaemon daemon, String into, String file, String id, byte[] bytes)
      throws IOException {
    Path drops = daemon.directory().resolve(into);
    Path half = Files.write(drops.resolve(".half-" + file), bytes);
    long begin = System.nanoTime();
    Files.move(half, drops.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    Waiting.until(id + " to be live", MOST, () -> isLive(daemon, id));
    double seconds = (System.nanoTime() - begin) / 1e9;
    figures.step(String.format(Locale.ROOT, "  %s: %.2f s", id, seconds));
    return seconds;
  }

  private static boolean isUp(OurDaemon daemon) throws IOException {
    for (JsonNode target : JSON.readTree(daemon.get("/api/v1/targets")).path("items")) {
      if (target.path("up").asBoolean()) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLive(OurDaemon daemon, String id) throws IOException {
    for (JsonNode item : JSON.readTree(daemon.get("/api/v1/plugins?limit=1000")).path("items")) {
      if (item.path("id").asText().equals(id)) {
        return item.path("status").asText().equals("ACTIVE");
      }
    }
    return false;
  }

  /** A day of the target, as if the daemon had watched it. */
  private void fill(Path data, String instance) throws IOException {
    long last = Instant.now().toEpochMilli() - 2_000;
    long first = last - SPAN.toMillis();
    Instant[] now = {Instant.ofEpochMilli(first)};
    List<SeriesKey> page = page(instance);
    TargetId target = new TargetId(instance);
    long samples = 0;
    Files.createDirectories(data);
    try (DataDirectory opened = DataDirectory.open(data, () -> now[0]);
        StoreEngine engine =
            StoreEngine.open(
                opened,
                PersistenceConfig.builder(data).build(),
                new MetricCatalog(),
                () -> now[0],
                System::nanoTime)) {
      List<SampleBatch> hour = new ArrayList<>();
      for (long at = first; at <= last; at += INTERVAL.toMillis()) {
        hour.add(
            new SampleBatch(
                target, Instant.ofEpochMilli(at), page, values(page.size(), at / 1_000)));
        samples += page.size();
        if (hour.size() >= 720 || at + INTERVAL.toMillis() > last) {
          now[0] = Instant.ofEpochMilli(at);
          engine.series().append(hour);
          engine.maintain();
          hour.clear();
        }
      }
    }
    figures.note(
        String.format(
            Locale.ROOT,
            "drops are taken in by a daemon that remembers a day: %,d samples of %d series",
            samples,
            page.size()));
  }

  private static List<SeriesKey> page(String instance) {
    List<SeriesKey> page = new ArrayList<>();
    page.add(key("up", instance, Map.of()));
    page.add(key("vllm:kv_cache_usage_perc", instance, Map.of("engine", "0")));
    page.add(key("vllm:num_requests_running", instance, Map.of("engine", "0")));
    page.add(key("vllm:num_requests_waiting", instance, Map.of("engine", "0")));
    for (int i = 0; i < OTHER_SERIES; i++) {
      page.add(key("vllm:other", instance, Map.of("number", Integer.toString(i))));
    }
    return List.copyOf(page);
  }

  private static SeriesKey key(String name, String instance, Map<String, String> labels) {
    Map<String, String> all = new java.util.TreeMap<>(labels);
    all.put("instance", instance);
    all.put("job", "vllm");
    return new SeriesKey(name, Labels.of(all));
  }

  private static double[] values(int size, long second) {
    double[] values = new double[size];
    values[0] = 1;
    values[1] = 0.5 + 0.45 * Math.sin(second / 600.0);
    values[2] = 8 + second % 5;
    values[3] = second % 7;
    for (int i = 4; i < size; i++) {
      values[i] = i * 10L + second % (i + 1);
    }
    return values;
  }
}
