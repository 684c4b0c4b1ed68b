package io.vllmmonitor.core.testing;

import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.view.RecordingView;
import io.vllmmonitor.core.view.ViewSource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Views whose every question about a name answers the newest value that was put under it at or
 * before the instant of the view; a name without one marks. Not thread-safe.
 */
public final class FakeViews implements ViewSource {
  private final TargetId target;
  private final Map<String, NavigableMap<Instant, Double>> values = new LinkedHashMap<>();

  public FakeViews(TargetId target) {
    this.target = target;
  }

  public void put(Instant at, String name, double value) {
    values.computeIfAbsent(name, key -> new TreeMap<>()).put(at, value);
  }

  public void drop(String name) {
    values.remove(name);
  }

  @Override
  public RecordingView view(Instant at, boolean firing) {
    return new View(at, firing);
  }

  private final class View implements RecordingView {
    private final Instant at;
    private final boolean firing;
    private final Set<String> missing = new LinkedHashSet<>();
    private final Map<String, Double> evidence = new LinkedHashMap<>();

    private View(Instant at, boolean firing) {
      this.at = at;
      this.firing = firing;
    }

    private @Nullable Double find(String name) {
      NavigableMap<Instant, Double> series = values.get(name);
      Map.@Nullable Entry<Instant, Double> entry = series == null ? null : series.floorEntry(at);
      return entry == null ? null : entry.getValue();
    }

    private double ask(String name) {
      Double found = find(name);
      if (found == null) {
        missing.add(name);
        return Double.NaN;
      }
      evidence.put(name, found);
      return found;
    }

    @Override
    public List<String> missing() {
      return List.copyOf(missing);
    }

    @Override
    public Map<String, Double> evidence() {
      return Map.copyOf(evidence);
    }

    @Override
    public Instant oldest() {
      return at;
    }

    @Override
    public TargetId target() {
      return target;
    }

    @Override
    public Instant now() {
      return at;
    }

    @Override
    public boolean firing() {
      return firing;
    }

    @Override
    public boolean has(String selector) {
      return find(selector) != null;
    }

    @Override
    public double value(String selector) {
      return ask(selector);
    }

    @Override
    public double valueOr(String selector, double fallback) {
      Double found = find(selector);
      return found == null ? fallback : found;
    }

    @Override
    public double sum(String selector) {
      return ask(selector);
    }

    @Override
    public double max(String selector) {
      return ask(selector);
    }

    @Override
    public double min(String selector) {
      return ask(selector);
    }

    @Override
    public double mean(String selector, double seconds) {
      return ask(selector);
    }

    @Override
    public double increase(String selector, double seconds) {
      return ask(selector);
    }

    @Override
    public double rate(String selector, double seconds) {
      return ask(selector);
    }

    @Override
    public double slope(String selector, double seconds) {
      return ask(selector);
    }

    @Override
    public double quantile(String histogram, double q, double seconds) {
      return ask(histogram);
    }

    @Override
    public double age(String selector) {
      return ask(selector);
    }
  }
}
