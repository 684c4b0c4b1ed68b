package io.vllmmonitor.simulator.engine;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Seeded open-loop traffic. Asked by the engine on its thread; the setters belong to the same
 * thread. Base traffic draws from a generator of its own, so that a surge or a burst does not
 * change the requests that come without it.
 */
public final class SyntheticTraffic implements ArrivalSource {
  private static final double GROUP_SKEW = 0.7;

  private final TrafficConfig config;
  private final RequestListener listener;
  private final Random base;
  private final Random extra;
  private double untilNext;
  private double untilNextExtra;
  private double surgeRate;
  private double surgeRampSeconds;
  private double surgeSince = -1;
  private int pendingBurst;
  private RequestSpec burstSpec = RequestSpec.of(1, 1);
  private final List<Long> burstIds = new ArrayList<>();

  /**
   * Traffic of one run.
   *
   * @param config its shape
   * @param seed the same seed gives the same requests
   * @param listener told about every request
   */
  public SyntheticTraffic(TrafficConfig config, long seed, RequestListener listener) {
    this.config = requireNonNull(config, "config");
    this.listener = requireNonNull(listener, "listener");
    this.base = new Random(seed * 104_729 + 3);
    this.extra = new Random(seed * 7_919 + 29);
    this.untilNext = exponential(base);
    this.untilNextExtra = exponential(extra);
  }

  /**
   * Adds arrivals to the base traffic.
   *
   * @param extraPerSecond mean rate of the additional arrivals, 0 ends the surge
   * @param rampSeconds time until that rate is reached
   */
  public void surge(double extraPerSecond, double rampSeconds) {
    surgeRate = extraPerSecond;
    surgeRampSeconds = rampSeconds;
    surgeSince = -1;
  }

  /**
   * Lets the requests of {@code burst} arrive together in the next step, their output up to a tenth
   * longer or shorter.
   */
  public void burst(LongBurst burst) {
    pendingBurst = burst.count();
    burstSpec = burst.spec();
    burstIds.clear();
  }

  /** The ids of the last burst's requests that have arrived, finished or not. */
  public List<Long> burstIds() {
    return List.copyOf(burstIds);
  }

  @Override
  public void arrivals(double now, double seconds, Sink sink) {
    untilNext -= config.requestsPerSecond() * seconds;
    while (untilNext <= 0) {
      untilNext += exponential(base);
      sink.offer(draw(base), listener);
    }
    if (surgeRate > 0) {
      if (surgeSince < 0) {
        surgeSince = now;
      }
      double ramp = surgeRampSeconds <= 0 ? 1 : Math.min(1, (now - surgeSince) / surgeRampSeconds);
      untilNextExtra -= surgeRate * ramp * seconds;
      while (untilNextExtra <= 0) {
        untilNextExtra += exponential(extra);
        sink.offer(draw(extra), listener);
      }
    }
    for (; pendingBurst > 0; pendingBurst--) {
      burstIds.add(sink.offer(vary(burstSpec), listener));
    }
  }

  private RequestSpec draw(Random random) {
    int prompt =
        clamp(
            config.promptMedian() * Math.exp(config.promptSigma() * random.nextGaussian()),
            config.longest() / 2);
    int output =
        clamp(
            config.outputMedian() * Math.exp(config.outputSigma() * random.nextGaussian()),
            config.longest() / 2);
    boolean shares = random.nextDouble() < config.shareProbability();
    long group =
        Math.min(config.groups(), (long) Math.pow(1 - random.nextDouble(), -1 / GROUP_SKEW));
    boolean limited = random.nextDouble() < 0.2;
    int maxTokens = limited ? output : Math.max(output + 1, config.longest() / 2);
    return shares
        ? new RequestSpec(
            prompt,
            output,
            maxTokens,
            group,
            (int) (prompt * config.share()),
            config.patienceSeconds())
        : new RequestSpec(prompt, output, maxTokens, 0, 0, config.patienceSeconds());
  }

  private RequestSpec vary(RequestSpec mean) {
    int output = Math.max(1, (int) (mean.outputTokens() * (0.9 + 0.2 * extra.nextDouble())));
    return new RequestSpec(mean.promptTokens(), output, output, 0, 0, mean.patienceSeconds());
  }

  private static int clamp(double tokens, int longest) {
    return (int) Math.max(1, Math.min(longest, tokens));
  }

  private static double exponential(Random random) {
    return -Math.log(1 - random.nextDouble());
  }
}
