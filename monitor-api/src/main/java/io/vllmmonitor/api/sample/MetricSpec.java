package io.vllmmonitor.api.sample;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a source knows about one metric family: declared once, used by views, history and queries to
 * resolve names that changed between releases. Stored names stay as exposed; aliases are resolved
 * on read. Immutable.
 *
 * @param name the current family name as exposed, counters with {@code _total}; for a histogram the
 *     name without {@code _bucket}
 * @param unit in Prometheus' words ({@code seconds}, {@code tokens}, {@code ratio}); empty when it
 *     has none
 * @param aliases older or other names of the same family, most recent first; empty when it was
 *     never renamed
 * @param help one sentence for people
 */
public record MetricSpec(
    String name, MetricKind kind, MetricType type, String unit, List<String> aliases, String help) {
  public MetricSpec {
    requireNonNull(name, "name");
    requireNonNull(kind, "kind");
    requireNonNull(type, "type");
    requireNonNull(unit, "unit");
    aliases = List.copyOf(aliases);
    requireNonNull(help, "help");
  }

  /** A family that has had no other name. */
  public static MetricSpec of(
      String name, MetricKind kind, MetricType type, String unit, String help) {
    return new MetricSpec(name, kind, type, unit, List.of(), help);
  }

  /** The same family with these older names. */
  public MetricSpec withAliases(String... names) {
    return new MetricSpec(name, kind, type, unit, List.of(names), help);
  }
}
