package io.vllmmonitor.core.rehearsal;

import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.view.RecordingView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A view that loads what is asked for before it answers. Each time something was loaded it goes on
 * with a view on the new windows and remembers what the ones before recorded.
 */
final class LoadingView implements RecordingView {
  private static final int MOST_EVIDENCE = 50;

  private final StoredScrapes scrapes;
  private final Instant at;
  private final boolean firing;
  private final List<RecordingView> before = new ArrayList<>();
  private RecordingView view;

  LoadingView(StoredScrapes scrapes, Instant at, boolean firing) {
    this.scrapes = scrapes;
    this.at = at;
    this.firing = firing;
    this.view = scrapes.loaded(at, firing);
  }

  private RecordingView with(String selector) {
    return with(selector, false);
  }

  private RecordingView with(String selector, boolean histogram) {
    if (scrapes.need(selector, histogram)) {
      before.add(view);
      view = scrapes.loaded(at, firing);
    }
    return view;
  }

  @Override
  public TargetId target() {
    return view.target();
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
    return with(selector).has(selector);
  }

  @Override
  public double value(String selector) {
    return with(selector).value(selector);
  }

  @Override
  public double valueOr(String selector, double fallback) {
    return with(selector).valueOr(selector, fallback);
  }

  @Override
  public double sum(String selector) {
    return with(selector).sum(selector);
  }

  @Override
  public double max(String selector) {
    return with(selector).max(selector);
  }

  @Override
  public double min(String selector) {
    return with(selector).min(selector);
  }

  @Override
  public double mean(String selector, double seconds) {
    return with(selector).mean(selector, seconds);
  }

  @Override
  public double increase(String selector, double seconds) {
    return with(selector).increase(selector, seconds);
  }

  @Override
  public double rate(String selector, double seconds) {
    return with(selector).rate(selector, seconds);
  }

  @Override
  public double slope(String selector, double seconds) {
    return with(selector).slope(selector, seconds);
  }

  @Override
  public double quantile(String histogram, double q, double seconds) {
    return with(histogram, true).quantile(histogram, q, seconds);
  }

  @Override
  public double age(String selector) {
    return with(selector).age(selector);
  }

  @Override
  public List<String> missing() {
    if (before.isEmpty()) {
      return view.missing();
    }
    Set<String> all = new LinkedHashSet<>();
    before.forEach(earlier -> all.addAll(earlier.missing()));
    all.addAll(view.missing());
    return List.copyOf(all);
  }

  @Override
  public Map<String, Double> evidence() {
    if (before.isEmpty()) {
      return view.evidence();
    }
    Map<String, Double> all = new LinkedHashMap<>();
    List<RecordingView> every = new ArrayList<>(before);
    every.add(view);
    for (RecordingView one : every) {
      one.evidence()
          .forEach(
              (question, value) -> {
                if (all.size() < MOST_EVIDENCE || all.containsKey(question)) {
                  all.put(question, value);
                }
              });
    }
    return all;
  }

  @Override
  public Instant oldest() {
    return view.oldest();
  }
}
