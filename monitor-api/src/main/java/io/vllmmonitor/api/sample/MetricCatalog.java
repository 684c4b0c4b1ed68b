package io.vllmmonitor.api.sample;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All metric families that the loaded sources declared, and the way from any name of a family to
 * all of its names. Stored names stay as exposed, so whoever reads asks here first. Thread-safe.
 */
public final class MetricCatalog {
  private static final List<String> HISTOGRAM_SUFFIXES = List.of("_bucket", "_sum", "_count");

  private final Map<String, MetricSpec> families = new ConcurrentHashMap<>();

  /** Adds families; one of the same current name is replaced. */
  public void add(Collection<MetricSpec> specs) {
    for (MetricSpec spec : specs) {
      families.put(spec.name(), spec);
      for (String alias : spec.aliases()) {
        families.putIfAbsent(alias, spec);
      }
    }
  }

  /** The families, once each, in no order. */
  public Collection<MetricSpec> families() {
    return new LinkedHashSet<>(families.values());
  }

  /** The family that an exposed series name belongs to, under its current or an older name. */
  public Optional<MetricSpec> family(String seriesName) {
    MetricSpec exact = families.get(seriesName);
    if (exact != null) {
      return Optional.of(exact);
    }
    return suffixOf(seriesName)
        .map(
            suffix -> families.get(seriesName.substring(0, seriesName.length() - suffix.length())));
  }

  /**
   * Every name under which the series asked for may be stored: the asked one first, then the
   * current name, then older ones from the most recent. A histogram's {@code _bucket}, {@code _sum}
   * and {@code _count} are carried over.
   */
  public List<String> names(String seriesName) {
    MetricSpec exact = families.get(seriesName);
    String suffix = "";
    MetricSpec spec = exact;
    if (spec == null) {
      suffix = suffixOf(seriesName).orElse("");
      spec = families.get(seriesName.substring(0, seriesName.length() - suffix.length()));
    }
    if (spec == null) {
      return List.of(seriesName);
    }
    Set<String> names = new LinkedHashSet<>();
    names.add(seriesName);
    names.add(spec.name() + suffix);
    for (String alias : spec.aliases()) {
      names.add(alias + suffix);
    }
    return new ArrayList<>(names);
  }

  private static Optional<String> suffixOf(String seriesName) {
    return HISTOGRAM_SUFFIXES.stream().filter(seriesName::endsWith).findFirst();
  }
}
