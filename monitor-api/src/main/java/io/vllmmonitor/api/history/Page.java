package io.vllmmonitor.api.history;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of an answer. Nothing is cut silently: where there is more, {@code next} leads on.
 * Immutable.
 *
 * @param next the cursor of the following page, or null when this is the last
 */
public record Page<T>(List<T> items, @Nullable String next) {
  public Page {
    items = List.copyOf(items);
  }

  /** The same page of other items. */
  public <R> Page<R> map(Function<T, R> mapping) {
    return new Page<>(items.stream().map(mapping).toList(), next);
  }
}
