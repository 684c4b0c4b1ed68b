package io.vllmmonitor.core.history;

import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Follows the cursors of the history, so that a restore never stops at the first page. */
public final class Pages {
  private static final int PER_PAGE = 1_000;

  private Pages() {}

  /** Everything that the question answers, newest first. Blocks as long as the history does. */
  public static <T> List<T> all(HistoryQuery query, Function<HistoryQuery, Page<T>> question) {
    List<T> found = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      Page<T> page = question.apply(query.withLimit(PER_PAGE).after(cursor));
      found.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return found;
  }
}
