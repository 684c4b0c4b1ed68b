package io.vllmmonitor.core.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.testing.MemoryHistory;
import io.vllmmonitor.core.view.RecordingView;
import io.vllmmonitor.core.view.Windows;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class StoredScrapesTest {
  private static final Instant START = Instant.parse("2026-11-25T12:00:00Z");
  private static final Target TARGET =
      Target.of(URI.create("http://gpu:8000"), TargetMode.ADVISE, Duration.ofSeconds(5));
  private static final int SCRAPES = 3_000; // more than four hours, so windows lose their begin

  private final Random random = new Random(11);
  private final StoredTarget stored = new StoredTarget(TARGET);

  /** What guardrails ask; each name for the first time at another tick. */
  private static final List<Function<RecordingView, Object>> QUESTIONS =
      List.of(
          view -> view.sum("vllm:load"),
          view -> view.has("vllm:rare"),
          view -> view.mean("vllm:load{engine=\"1\"}", 60),
          view -> view.rate("vllm:tokens_total", 300),
          view -> view.increase("vllm:tokens_total", 3_600),
          view -> view.slope("vllm:load", 120),
          view -> view.quantile("vllm:latency", 0.95, 600),
          view -> view.age("vllm:rare"),
          view -> view.max("vllm:load"),
          view -> view.valueOr("vllm:never", -1),
          view -> view.value("up"),
          view -> view.min("{engine=\"0\"}"));

  private void scrapes() {
    double tokens = 0;
    double[] buckets = new double[4];
    for (int i = 0; i < SCRAPES; i++) {
      Map<SeriesKey, Double> page = new HashMap<>();
      boolean up = random.nextInt(50) != 0;
      tokens = random.nextInt(400) == 0 ? 0 : tokens + random.nextDouble();
      for (int engine = 0; engine < 3; engine++) {
        Labels labels = Labels.of("engine", Integer.toString(engine));
        page.put(new SeriesKey("vllm:load", labels), random.nextDouble());
        page.put(new SeriesKey("vllm:tokens_total", labels), tokens * (engine + 0.1));
      }
      if (random.nextInt(5) == 0) {
        page.put(SeriesKey.of("vllm:rare"), random.nextDouble());
      }
      for (int b = 0; b < buckets.length; b++) {
        buckets[b] += random.nextInt(b + 2);
        String bound = b == 3 ? "+Inf" : Integer.toString(b + 1);
        page.put(new SeriesKey("vllm:latency_bucket", Labels.of("le", bound)), buckets[b]);
      }
      stored.scrape(START.plusSeconds(5L * i), up, up ? page : Map.of());
    }
  }

  @Test
  void everyAnswerIsThatOfWindowsThatAlwaysHadAllSeries() {
    scrapes();
    MemoryHistory history = stored.store(new MemoryHistory());
    StoredSamples samples = new StoredSamples(history, TARGET.id());
    Instant end = START.plusSeconds(5L * SCRAPES);
    long[] ticks = samples.ticks(START, end);
    assertThat(ticks).as("failed scrapes are ticks too").hasSize(SCRAPES);
    StoredScrapes scrapes = new StoredScrapes(TARGET, new MetricCatalog(), samples, ticks);
    Windows live = new Windows(TARGET.id(), TARGET.scrapeInterval(), new MetricCatalog());

    for (int i = 0; i < ticks.length; i++) {
      SampleBatch batch = stored.batches().get(i);
      live.append(batch);
      scrapes.moveTo(i);
      RecordingView expected = live.view(batch.at(), true);
      RecordingView found = scrapes.view(batch.at(), true);
      List<Object> answers = new ArrayList<>();
      List<Object> wanted = new ArrayList<>();
      for (int q = 0; q < QUESTIONS.size() && q <= i / 7; q++) {
        answers.add(QUESTIONS.get(q).apply(found));
        wanted.add(QUESTIONS.get(q).apply(expected));
      }
      assertThat(answers).as("tick " + i).isEqualTo(wanted);
      assertThat(found.missing()).as("missing at tick " + i).isEqualTo(expected.missing());
      assertThat(found.evidence()).as("evidence at tick " + i).isEqualTo(expected.evidence());
    }
  }

  @Test
  void aStretchThatBeginsLaterBeginsWithWarmWindows() {
    scrapes();
    StoredSamples samples = new StoredSamples(stored.store(new MemoryHistory()), TARGET.id());
    Instant from = START.plusSeconds(5L * 2_000);
    long[] ticks = samples.ticks(from, from.plusSeconds(50));
    StoredScrapes scrapes = new StoredScrapes(TARGET, new MetricCatalog(), samples, ticks);
    Windows live = new Windows(TARGET.id(), TARGET.scrapeInterval(), new MetricCatalog());
    stored.batches().subList(0, 2_001).forEach(live::append);

    scrapes.moveTo(0);

    assertThat(scrapes.view(from, false).increase("vllm:tokens_total", 3_600))
        .isEqualTo(live.view(from, false).increase("vllm:tokens_total", 3_600));
  }
}
