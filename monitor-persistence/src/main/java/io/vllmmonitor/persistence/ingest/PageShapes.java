package io.vllmmonitor.persistence.ingest;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of the pages that were pushed lately, found by how their first line begins. Those that
 * nobody sends any more make room. Thread-safe.
 */
final class PageShapes {
  private static final long HEAVIEST = 64L << 20;

  private record Place(PushDefaults defaults, Spelling first) {}

  private final Map<Place, PageShape> shapes = new LinkedHashMap<>(64, 0.75f, true);
  private final long heaviest;
  private long weight;

  PageShapes() {
    this(HEAVIEST);
  }

  PageShapes(long heaviest) {
    this.heaviest = heaviest;
  }

  synchronized @Nullable PageShape find(PushDefaults defaults, Spelling first) {
    return shapes.get(new Place(defaults, first));
  }

  synchronized void put(PushDefaults defaults, PageShape shape) {
    PageShape before = shapes.put(new Place(defaults, shape.first()), shape);
    weight += shape.weight() - (before == null ? 0 : before.weight());
    var eldest = shapes.values().iterator();
    while (weight > heaviest && shapes.size() > 1) {
      weight -= eldest.next().weight();
      eldest.remove();
    }
  }

  synchronized int size() {
    return shapes.size();
  }
}
