package io.vllmmonitor.api.guardrail;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.extension.Incubating;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a guardrail says of one view: pass, breach, or unknown. Immutable. Handle all three with
 * {@link #match}; a new kind then breaks every reader at compile time.
 */
@Incubating(review = "2027-03-01")
public sealed interface Verdict {
  /** All is well. */
  static Verdict pass() {
    return Pass.INSTANCE;
  }

  /** The rule is broken, as bad as the guardrail's specification says. */
  static Verdict breach(String reason) {
    return new Breach(reason, null);
  }

  /** The rule is broken, with a severity of its own. */
  static Verdict breach(Severity severity, String reason) {
    return new Breach(reason, requireNonNull(severity, "severity"));
  }

  /** It cannot be told; {@code missing} names what was not there. */
  static Verdict unknown(String missing) {
    return new Unknown(missing);
  }

  /** Handles whichever of the three it is. */
  <R> R match(Function<Pass, R> pass, Function<Breach, R> breach, Function<Unknown, R> unknown);

  /** All is well. */
  record Pass() implements Verdict {
    private static final Pass INSTANCE = new Pass();

    @Override
    public <R> R match(
        Function<Pass, R> pass, Function<Breach, R> breach, Function<Unknown, R> unknown) {
      return pass.apply(this);
    }
  }

  /**
   * The rule is broken.
   *
   * @param reason one sentence for the operator, with the numbers; cut to 1,000 characters
   * @param severity null means the severity of the specification
   */
  record Breach(String reason, @Nullable Severity severity) implements Verdict {
    private static final int LONGEST_REASON = 1_000;

    public Breach {
      requireNonNull(reason, "reason");
      reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
    }

    @Override
    public <R> R match(
        Function<Pass, R> pass, Function<Breach, R> breach, Function<Unknown, R> unknown) {
      return breach.apply(this);
    }
  }

  /**
   * No answer.
   *
   * @param missing the metric that had no data, or what else stood in the way
   */
  record Unknown(String missing) implements Verdict {
    public Unknown {
      requireNonNull(missing, "missing");
    }

    @Override
    public <R> R match(
        Function<Pass, R> pass, Function<Breach, R> breach, Function<Unknown, R> unknown) {
      return unknown.apply(this);
    }
  }
}
