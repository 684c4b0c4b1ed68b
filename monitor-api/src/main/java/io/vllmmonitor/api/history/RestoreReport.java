package io.vllmmonitor.api.history;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came back at a start, from when, and what did not and why. Made once per start, printed and
 * kept. Immutable.
 *
 * @param at when the daemon started
 * @param previousStop when the life before ended in order; null when there was none or it was
 *     killed
 */
public record RestoreReport(Instant at, @Nullable Instant previousStop, List<Item> items) {
  public RestoreReport {
    requireNonNull(at, "at");
    items = List.copyOf(items);
  }

  /** How an item fared. */
  public enum Status {
    /** It is back as it was. */
    RESTORED,
    /** There was nothing to bring back, it starts fresh. */
    FRESH,
    /** It came back in part or in another form; the detail says how. */
    CHANGED,
    /** It could not be brought back; its bytes are kept. */
    FAILED
  }

  /**
   * One thing that was looked for.
   *
   * @param kind such as {@code metrics}, {@code lifecycle}, {@code incident}, {@code attempt},
   *     {@code plugin}, {@code guardrail}, {@code state}, {@code learner}
   * @param subject its name
   * @param detail one sentence
   * @param asOf how old what came back is; null when nothing did
   */
  public record Item(
      String kind, String subject, Status status, String detail, @Nullable Instant asOf) {
    public Item {
      requireNonNull(kind, "kind");
      requireNonNull(subject, "subject");
      requireNonNull(status, "status");
      requireNonNull(detail, "detail");
    }
  }
}
