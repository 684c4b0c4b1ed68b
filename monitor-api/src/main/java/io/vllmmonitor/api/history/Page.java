package io.vllmmonitor.api.history;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of an answer. Nothing is cut silently: where there is more, {@code next} leads on.
 * Immutable.
 *
 * @param next the cursor of the following page, or null when this is the last
 * @param passedOver how many entries of this stretch are damaged in the store and left out; they
 *     are told as a problem too
 */
public record Page<T>(List<T> items, @Nullable String next, int passedOver) {
  public Page {
    items = List.copyOf(items);
  }

  /** A page that nothing was left out of. */
  public Page(List<T> items, @Nullable String next) {
    this(items, next, 0);
  }

  /** The same page of other items. */
  public <R> Page<R> map(Function<T, R> mapping) {
    return new Page<>(items.stream().map(mapping).toList(), next, passedOver);
  }
}
