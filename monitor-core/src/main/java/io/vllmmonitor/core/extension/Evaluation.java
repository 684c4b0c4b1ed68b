package io.vllmmonitor.core.extension;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One call of a guardrail or predictor for one tick. While it lasts, the services of its code are a
 * function of the tick: the clock stands at its instant and the randomness follows from a seed, so
 * that the same call can be made once more later. Whoever judges (the runners, trials, replays)
 * makes the calls through {@link #during}; {@code PluginContext} asks {@link #clock} and {@link
 * #random}. Used for one call, on one thread.
 */
public final class Evaluation {
  private static final ThreadLocal<@Nullable Evaluation> PRESENT = new ThreadLocal<>();

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final Instant at;
  private final LongSupplier seeding;
  private @Nullable Long seed;
  private @Nullable RandomGenerator random;

  private Evaluation(Instant at, LongSupplier seeding) {
    this.at = requireNonNull(at, "at");
    this.seeding = requireNonNull(seeding, "seeding");
  }

  /**
   * A first evaluation; its seed follows from what it is.
   *
   * @param codeHash of the code that judges
   * @param extension id of the guardrail or predictor
   * @param at the instant of the view
   */
  public static Evaluation of(String codeHash, String extension, TargetId target, Instant at) {
    return new Evaluation(at, () -> seedOf(codeHash, extension, target, at));
  }

  /**
   * The same evaluation once more.
   *
   * @param seed what {@link #seed} answered the first time
   */
  public static Evaluation again(Instant at, long seed) {
    return new Evaluation(at, () -> seed);
  }

  /** The instant of the view. */
  public Instant at() {
    return at;
  }

  /** What its randomness follows from; 53 bits, so that every reader of JSON gets it exactly. */
  public long seed() {
    Long known = seed;
    if (known == null) {
      known = seeding.getAsLong();
      seed = known;
    }
    return known;
  }

  /** Makes a call with the services of this evaluation, which end with it, whatever it throws. */
  public <T extends @Nullable Object> T during(Supplier<T> call) {
    Evaluation around = PRESENT.get();
    PRESENT.set(this);
    try {
      return call.get();
    } finally {
      PRESENT.set(around);
    }
  }

  /**
   * A clock that stands while the asking thread evaluates.
   *
   * @param outside tells the time otherwise
   */
  public static InstantSource clock(InstantSource outside) {
    requireNonNull(outside, "outside");
    return () -> {
      Evaluation present = PRESENT.get();
      return present == null ? outside.instant() : present.at;
    };
  }

  /**
   * Randomness that follows from the seed while the asking thread evaluates. All generators of an
   * evaluation draw from one sequence.
   *
   * @param outside draws otherwise
   */
  public static RandomGenerator random(RandomGenerator outside) {
    requireNonNull(outside, "outside");
    return () -> {
      Evaluation present = PRESENT.get();
      return present == null ? outside.nextLong() : present.nextLong();
    };
  }

  private long nextLong() {
    RandomGenerator drawn = random;
    if (drawn == null) {
      drawn = new SplittableRandom(seed());
      random = drawn;
    }
    return drawn.nextLong();
  }

  private static long seedOf(String codeHash, String extension, TargetId target, Instant at) {
    long hash = mixed(mixed(mixed(FNV_OFFSET, codeHash), extension), target.instance());
    hash = (hash ^ at.getEpochSecond()) * FNV_PRIME;
    hash = (hash ^ at.getNano()) * FNV_PRIME;
    return new SplittableRandom(hash).nextLong() >>> 11;
  }

  /** FNV-1a over a text and its end. */
  private static long mixed(long before, String text) {
    long hash = before;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return (hash ^ 0xffff) * FNV_PRIME;
  }
}
