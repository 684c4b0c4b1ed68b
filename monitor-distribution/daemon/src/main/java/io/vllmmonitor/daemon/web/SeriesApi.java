package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Series with their newest values, and stretches of samples. */
final class SeriesApi {
  /** The most samples of one answer. */
  static final int MOST_SAMPLES = 100_000;

  private static final int DEFAULT_SAMPLES = 10_000;
  private static final Duration DEFAULT_SPAN = Duration.ofHours(1);

  private final History history;
  private final SeriesReads reads;
  private final MetricCatalog catalog;

  SeriesApi(History history, SeriesReads reads, MetricCatalog catalog) {
    this.history = history;
    this.reads = reads;
    this.catalog = catalog;
  }

  Object series(Parameters parameters) {
    Instant from = parameters.instant("from", Instant.MIN);
    Instant to = parameters.instant("to", Instant.MAX);
    int limit = parameters.limit(HistoryQuery.DEFAULT_LIMIT, HistoryQuery.MOST);
    String cursor = parameters.text("cursor");
    SeriesKey after = cursor == null ? null : key(cursor);
    List<Sample> rest =
        reads.latest(selector(parameters, SeriesSelector.all())).stream()
            .filter(sample -> !sample.at().isBefore(from) && !sample.at().isAfter(to))
            .filter(sample -> after == null || sample.series().compareTo(after) > 0)
            .limit(limit + 1L)
            .toList();
    List<Sample> page = rest.subList(0, Math.min(limit, rest.size()));
    boolean more = rest.size() > limit;
    return Listing.of(
        page.stream().map(this::item).toList(),
        more ? cursor(page.get(page.size() - 1).series()) : null);
  }

  Object metrics(Parameters parameters) {
    parameters.required("selector", "vllm:num_requests_running");
    Instant to = parameters.instant("to", parameters.now());
    Instant from = parameters.instant("from", to.minus(DEFAULT_SPAN));
    int limit = parameters.limit(DEFAULT_SAMPLES, MOST_SAMPLES);
    List<ObjectNode> items = new ArrayList<>();
    for (SeriesData data :
        history.metrics(selector(parameters, SeriesSelector.all()), from, to, limit)) {
      ObjectNode item = named(data.series());
      ArrayNode samples = item.putArray("samples");
      for (int i = 0; i < data.size(); i++) {
        samples
            .addArray()
            .add(Text.time(Instant.ofEpochMilli(data.epochMillis(i))))
            .add(WebJson.node(data.value(i)));
      }
      items.add(item);
    }
    return Listing.of(items);
  }

  private static SeriesSelector selector(Parameters parameters, SeriesSelector standard) {
    String text = parameters.text("selector");
    String target = parameters.text("target");
    SeriesSelector selector = text == null ? standard : SeriesSelector.parse(text);
    return target == null ? selector : SeriesReads.ofTarget(selector, target);
  }

  private ObjectNode item(Sample sample) {
    Optional<MetricSpec> family = catalog.family(sample.series().name());
    ObjectNode item = named(sample.series());
    item.put("type", family.map(f -> f.type()).orElse(MetricType.CUSTOM).name());
    item.put("kind", family.map(f -> f.kind()).orElse(MetricKind.UNKNOWN).name());
    item.put("unit", family.map(f -> f.unit()).orElse(""));
    ObjectNode latest = item.putObject("latest");
    latest.put("at", Text.time(sample.at()));
    latest.set("value", WebJson.node(sample.value()));
    item.put("stale", StaleMarker.is(sample.value()));
    return item;
  }

  private static ObjectNode named(SeriesKey series) {
    ObjectNode item = WebJson.object();
    item.put("name", series.name());
    item.set("labels", WebJson.node(series.labels()));
    return item;
  }

  private static String cursor(SeriesKey series) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(series.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static SeriesKey key(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      SeriesSelector selector = SeriesSelector.parse(text);
      String name = selector.name();
      if (name != null) {
        var labels = new TreeMap<String, String>();
        selector.matchers().forEach(matcher -> labels.put(matcher.label(), matcher.value()));
        return new SeriesKey(name, Labels.of(labels));
      }
    } catch (IllegalArgumentException | MonitorException e) {
      throw unknown(cursor, e);
    }
    throw unknown(cursor, null);
  }

  private static MonitorException unknown(String cursor, @Nullable Throwable cause) {
    return new MonitorException(
        ErrorCode.CURSOR_INVALID,
        Blame.OPERATOR,
        "Cursor '"
            + Text.shorten(cursor, 100)
            + "' was not given by this list; take it from 'next' of the page before",
        cause);
  }
}
