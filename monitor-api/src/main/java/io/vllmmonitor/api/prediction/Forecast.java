package io.vllmmonitor.api.prediction;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.lifecycle.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a predictor says of one view: nothing to come, a failure, or unknown. The core makes a
 * {@link FailurePrediction} of a failure. Immutable. Handle all three with {@link #match}; a new
 * kind then breaks every reader at compile time.
 */
@Incubating(review = "2027-03-01")
public sealed interface Forecast {
  /** Nothing is seen to come. */
  static Forecast none() {
    return None.INSTANCE;
  }

  /**
   * A failure is expected.
   *
   * @param probability 0 to 1
   */
  static Failure failure(FailureKind kind, double probability) {
    return new Failure(kind, probability, null, null, null, List.of(), List.of());
  }

  /** It cannot be told; says what was missing. */
  static Forecast unknown(String missing) {
    return new Unknown(missing);
  }

  /** Handles whichever of the three it is. */
  <T> T match(
      Function<? super None, ? extends T> none,
      Function<? super Failure, ? extends T> failure,
      Function<? super Unknown, ? extends T> unknown);

  /** Nothing is seen to come. */
  final class None implements Forecast {
    private static final None INSTANCE = new None();

    private None() {}

    @Override
    public <T> T match(
        Function<? super None, ? extends T> none,
        Function<? super Failure, ? extends T> failure,
        Function<? super Unknown, ? extends T> unknown) {
      return none.apply(this);
    }

    @Override
    public String toString() {
      return "None";
    }
  }

  /**
   * A failure is expected. The {@code with…} methods answer a changed copy.
   *
   * @param kind what is expected to go wrong
   * @param probability 0 to 1
   * @param secondsToFailure from the view's instant, most likely; null when no time is named
   * @param earliestSeconds the near end of the interval around it; null when unknown
   * @param latestSeconds the far end, after which it counts as not come true; null when unknown
   * @param factors what it was seen by, one phrase each, the weightiest first
   * @param recommendedMitigations ids of strategies, best first
   */
  record Failure(
      FailureKind kind,
      double probability,
      @Nullable Double secondsToFailure,
      @Nullable Double earliestSeconds,
      @Nullable Double latestSeconds,
      List<String> factors,
      List<String> recommendedMitigations)
      implements Forecast {
    private static final double LONGEST_SECONDS = 366 * 86_400.0;

    public Failure {
      requireNonNull(kind, "kind");
      if (!(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException("A probability is 0 to 1, found " + probability);
      }
      checkSeconds("secondsToFailure", secondsToFailure);
      checkSeconds("earliestSeconds", earliestSeconds);
      checkSeconds("latestSeconds", latestSeconds);
      factors = List.copyOf(factors);
      recommendedMitigations = List.copyOf(recommendedMitigations);
    }

    /** With the most likely time until then. */
    public Failure withTimeToFailureSeconds(double seconds) {
      return new Failure(
          kind,
          probability,
          seconds,
          earliestSeconds,
          latestSeconds,
          factors,
          recommendedMitigations);
    }

    /** With the interval in which it is expected. */
    public Failure withinSeconds(double earliest, double latest) {
      return new Failure(
          kind, probability, secondsToFailure, earliest, latest, factors, recommendedMitigations);
    }

    /** With one more thing that it was seen by. */
    public Failure because(String factor) {
      return new Failure(
          kind,
          probability,
          secondsToFailure,
          earliestSeconds,
          latestSeconds,
          appended(factors, factor),
          recommendedMitigations);
    }

    /** With one more strategy that should help, worse than those named before. */
    public Failure recommending(String strategy) {
      return new Failure(
          kind,
          probability,
          secondsToFailure,
          earliestSeconds,
          latestSeconds,
          factors,
          appended(recommendedMitigations, strategy));
    }

    @Override
    public <T> T match(
        Function<? super None, ? extends T> none,
        Function<? super Failure, ? extends T> failure,
        Function<? super Unknown, ? extends T> unknown) {
      return failure.apply(this);
    }

    private static void checkSeconds(String name, @Nullable Double seconds) {
      if (seconds != null && !(seconds >= 0 && seconds <= LONGEST_SECONDS)) {
        throw new IllegalArgumentException(
            name + " is 0 to " + LONGEST_SECONDS + " (a year), found " + seconds);
      }
    }

    private static List<String> appended(List<String> list, String more) {
      List<String> longer = new ArrayList<>(list);
      longer.add(requireNonNull(more, "more"));
      return longer;
    }
  }

  /**
   * It cannot be told.
   *
   * @param missing what there was no data for, or what went wrong
   */
  record Unknown(String missing) implements Forecast {
    public Unknown {
      requireNonNull(missing, "missing");
    }

    @Override
    public <T> T match(
        Function<? super None, ? extends T> none,
        Function<? super Failure, ? extends T> failure,
        Function<? super Unknown, ? extends T> unknown) {
      return unknown.apply(this);
    }
  }
}
