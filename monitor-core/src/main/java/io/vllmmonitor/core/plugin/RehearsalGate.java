package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

/**
 * Judges new code before it takes the place of what runs. The platform asks it once per candidate,
 * from the thread that takes the code in and without its lock, so that it may take seconds; the
 * generation before goes on protecting meanwhile. Implementations are thread-safe.
 */
public interface RehearsalGate {
  /**
   * Tries a candidate out. What it throws rejects the candidate.
   *
   * @return how the candidate may go on
   */
  Receipt rehearse(CandidateUnit candidate);

  /** The one gate that rehearses nothing and lets everything pass. */
  static RehearsalGate open() {
    return Open.GATE;
  }

  /** How a candidate goes on. */
  enum Decision {
    /** There was nothing to try it on; it goes live. */
    NOT_REHEARSED,
    /** It goes live. */
    PASSED,
    /** It runs without effect until it is promoted. */
    SHADOW,
    /** It does not run; the generation before goes on. */
    REFUSED
  }

  /**
   * The result of a rehearsal.
   *
   * @param reason what was seen, one sentence for people
   */
  record Receipt(Decision decision, String reason) {
    public Receipt {
      requireNonNull(decision, "decision");
      requireNonNull(reason, "reason");
    }
  }

  /** Rehearses nothing. */
  enum Open implements RehearsalGate {
    GATE;

    @Override
    public Receipt rehearse(CandidateUnit candidate) {
      return new Receipt(Decision.NOT_REHEARSED, "nothing was rehearsed");
    }
  }
}
