package io.vllmmonitor.api.source;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetCapabilities;
import org.jspecify.annotations.Nullable;

/**
 * What one collection learned about the state of a target, beside its samples. The lifecycle is
 * judged from it. Immutable; built with {@link #builder()}, everything unknown at first.
 *
 * @param healthy the server's own health check
 * @param paused work is held back on purpose
 * @param sleeping the model is unloaded on purpose
 * @param workPending there are requests that should be moving
 * @param incarnation names the life of the server process: another text means that it was
 *     restarted; null when it cannot be told
 * @param progress any number that changes whenever the engine did something; equal numbers mean
 *     that nothing moved; null when it cannot be told
 * @param capabilities what the server offers; {@link TargetCapabilities#unknown()} when it was not
 *     asked this time
 */
public record TargetSignals(
    Answer healthy,
    Answer paused,
    Answer sleeping,
    Answer workPending,
    @Nullable String incarnation,
    @Nullable Long progress,
    TargetCapabilities capabilities) {
  public TargetSignals {
    requireNonNull(healthy, "healthy");
    requireNonNull(paused, "paused");
    requireNonNull(sleeping, "sleeping");
    requireNonNull(workPending, "workPending");
    requireNonNull(capabilities, "capabilities");
  }

  /** A builder that knows nothing yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** Nothing is known. */
  public static TargetSignals unknown() {
    return builder().build();
  }

  /** Collects signals as they are found. Confined to one thread. */
  public static final class Builder {
    private Answer healthy = Answer.UNKNOWN;
    private Answer paused = Answer.UNKNOWN;
    private Answer sleeping = Answer.UNKNOWN;
    private Answer workPending = Answer.UNKNOWN;
    private @Nullable String incarnation;
    private @Nullable Long progress;
    private TargetCapabilities capabilities = TargetCapabilities.unknown();

    private Builder() {}

    /** Whether the health check says that all is well. */
    public Builder healthy(Answer answer) {
      healthy = answer;
      return this;
    }

    /** Whether the server was told to pause. */
    public Builder paused(Answer answer) {
      paused = answer;
      return this;
    }

    /** Whether the server was told to sleep. */
    public Builder sleeping(Answer answer) {
      sleeping = answer;
      return this;
    }

    /** Whether requests run or wait. */
    public Builder workPending(Answer answer) {
      workPending = answer;
      return this;
    }

    /** What names this life of the server; null when it cannot be told. */
    public Builder incarnation(@Nullable String name) {
      incarnation = name;
      return this;
    }

    /** A number that grows while the server gets work done; null when there is none. */
    public Builder progress(@Nullable Long number) {
      progress = number;
      return this;
    }

    /** What the server can do. */
    public Builder capabilities(TargetCapabilities found) {
      capabilities = found;
      return this;
    }

    /** What was learned. */
    public TargetSignals build() {
      return new TargetSignals(
          healthy, paused, sleeping, workPending, incarnation, progress, capabilities);
    }
  }
}
