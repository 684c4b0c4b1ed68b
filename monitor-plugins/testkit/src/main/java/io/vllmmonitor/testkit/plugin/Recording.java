package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.SeriesKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;

/**
 * What a real vLLM 0.32.0 server showed, one scrape a second: the series that tell its state, with
 * all labels. Replay one into a {@link FakeMetricView} to see what a guardrail says of it.
 * Immutable.
 */
public final class Recording {
  /** The recorded sessions. */
  public enum Session {
    /**
     * Idle, steady load, a surge, the worker stopped for 25 s, the engine core stopped, a crash.
     */
    HANG_AND_CRASH("recording-1"),
    /** Planned and unplanned silences, an abort, a kill, a restart, another kill. */
    SILENCES_AND_DEATHS("recording-2"),
    /** KV cache full with 310 preemptions, queue overflow, a hang that ends in death. */
    KV_PRESSURE_AND_TIMEOUT("recording-3"),
    /** Half an hour without a fault, with one short saturation. */
    ORDINARY_HALF_HOUR("recording-4");

    private final String file;

    Session(String file) {
      this.file = file;
    }
  }

  /**
   * One scrape.
   *
   * @param answered whether {@code /metrics} answered; there are no samples when not
   * @param health the status of {@code /health}, or why there was none
   */
  public record Scrape(
      Instant at, boolean answered, String health, Map<SeriesKey, Double> samples) {
    public Scrape {
      requireNonNull(at, "at");
      requireNonNull(health, "health");
      samples = Map.copyOf(samples);
    }
  }

  private final List<Scrape> scrapes;

  private Recording(List<Scrape> scrapes) {
    this.scrapes = List.copyOf(scrapes);
  }

  public static Recording of(Session session) {
    String name = session.file + ".tsv.gz";
    try (InputStream in = requireNonNull(Recording.class.getResourceAsStream(name), name);
        InputStream text = new GZIPInputStream(in);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8))) {
      return new Recording(read(lines.lines().toList()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All scrapes, oldest first. */
  public List<Scrape> scrapes() {
    return scrapes;
  }

  /** Feeds scrape after scrape into a new view and shows it to the caller after each. */
  public void replay(BiConsumer<FakeMetricView, Scrape> each) {
    FakeMetricView view = FakeMetricView.empty();
    for (Scrape scrape : scrapes) {
      view.at(scrape.at());
      scrape.samples().forEach(view::sample);
      each.accept(view, scrape);
    }
  }

  private static List<Scrape> read(List<String> lines) {
    String[] columns = lines.get(0).split("\t", -1);
    List<SeriesKey> keys = new ArrayList<>();
    for (String column : List.of(columns).subList(3, columns.length)) {
      keys.add(FakeSeries.key(column));
    }
    List<Scrape> scrapes = new ArrayList<>();
    String[] before = {};
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split("\t", -1);
      for (int i = 0; i < cells.length; i++) {
        cells[i] = cells[i].equals("=") ? before[i] : cells[i];
      }
      before = cells;
      scrapes.add(scrape(cells, keys));
    }
    return scrapes;
  }

  private static Scrape scrape(String[] cells, List<SeriesKey> keys) {
    Map<SeriesKey, Double> samples = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!cells[i + 3].isEmpty()) {
        samples.put(keys.get(i), Double.valueOf(cells[i + 3]));
      }
    }
    Instant at = Instant.ofEpochMilli(Long.parseLong(cells[0]));
    return new Scrape(at, cells[1].equals("200"), cells[2], samples);
  }
}
