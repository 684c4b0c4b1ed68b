package io.vllmmonitor.benchmarks.workload;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.tukaani.xz.XZInputStream;

/**
 * Reads the pages of a recording: an xz file in which every scrape begins with a line {@code #@
 * {…}}, followed by the page as sent. Scrapes without a page are left out.
 */
public final class RecordedServer {
  private final Map<String, SeriesKey> known = new HashMap<>();
  private final Map<List<SeriesKey>, List<SeriesKey>> shapes = new HashMap<>();
  private final List<Scrape> scrapes = new ArrayList<>();
  private List<SeriesKey> series = new ArrayList<>();
  private List<Double> values = new ArrayList<>();

  private RecordedServer() {}

  /**
   * All pages of one recording.
   *
   * @param folder with a file {@code scrapes.xz}
   * @throws IOException also when a line is no sample
   */
  public static List<Scrape> scrapes(Path folder) throws IOException {
    RecordedServer server = new RecordedServer();
    try (InputStream file = Files.newInputStream(folder.resolve("scrapes.xz"));
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new XZInputStream(file), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        server.line(line);
      }
    }
    server.endPage();
    return server.scrapes;
  }

  private void line(String line) throws IOException {
    if (line.startsWith("#@ ")) {
      endPage();
    } else if (!line.isBlank() && !line.startsWith("#")) {
      int space = line.lastIndexOf(' ');
      series.add(known.computeIfAbsent(line.substring(0, space), RecordedServer::series));
      values.add(RegexParser.number(line.substring(space + 1)));
    }
  }

  private void endPage() {
    if (!series.isEmpty()) {
      List<SeriesKey> shape = shapes.computeIfAbsent(series, List::copyOf);
      double[] row = values.stream().mapToDouble(Double::doubleValue).toArray();
      scrapes.add(new Scrape(shape, row));
    }
    series = new ArrayList<>();
    values = new ArrayList<>();
  }

  private static SeriesKey series(String text) {
    Matcher line = RegexParser.LINE.matcher(text + " 0");
    if (!line.matches()) {
      throw new IllegalArgumentException("no sample: " + text);
    }
    Map<String, String> labels = new TreeMap<>(RegexParser.labels(line.group(2)));
    labels.put("job", "bench");
    labels.put("instance", "127.0.0.1:8000");
    return new SeriesKey(line.group(1), Labels.of(labels));
  }
}
