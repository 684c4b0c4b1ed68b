package io.vllmmonitor.simulator.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the running batch does in one macro step: chunked prefill, then decode. */
final class BatchStep {
  private static final int FREE_TOKENS = 128;
  private static final double JITTER = 0.04;

  private final EngineProfile profile;
  private final EngineMetrics metrics;
  private final Random random;
  private final double stepSeconds;

  /** Fractions of an iteration and of a prefill token that carry over to the next step. */
  private double iterationCarry;

  private double prefillCarry;

  BatchStep(EngineProfile profile, EngineMetrics metrics, Random random, double stepSeconds) {
    this.profile = profile;
    this.metrics = metrics;
    this.random = random;
    this.stepSeconds = stepSeconds;
  }

  /** Moves every request of the batch on; the requests that are done, still in the batch. */
  List<LiveRequest> run(List<LiveRequest> running, double now) {
    List<LiveRequest> decoding = new ArrayList<>();
    List<LiveRequest> prefilling = new ArrayList<>();
    for (LiveRequest r : running) {
      (r.decoding() ? decoding : prefilling).add(r);
    }
    long context = decoding.stream().mapToLong(LiveRequest::length).sum();
    long todo = prefilling.stream().mapToLong(r -> r.length() - r.computed).sum();
    int chunk = (int) Math.min(Math.max(1, profile.maxBatchedTokens() - decoding.size()), todo);
    double iteration = iterationSeconds(decoding.size() + chunk, context);
    int prefilled = prefill(prefilling, chunk, iteration, now);
    iterationCarry += stepSeconds / iteration;
    int iterations = (int) iterationCarry;
    iterationCarry -= iterations;
    List<LiveRequest> finished = new ArrayList<>();
    int decoded = decode(decoding, iterations, iteration, now, finished);
    metrics.iterations(iterations, prefilled + decoded);
    return finished;
  }

  private double iterationSeconds(int tokens, long context) {
    double ms =
        profile.floorMs()
            + profile.perTokenMs() * Math.max(0, tokens - FREE_TOKENS)
            + profile.contextMs() * context;
    return ms * Math.exp(JITTER * random.nextGaussian()) / 1_000;
  }

  /** Tokens processed, first output tokens included. */
  private int prefill(List<LiveRequest> prefilling, int chunk, double iteration, double now) {
    if (prefilling.isEmpty()) {
      prefillCarry = 0;
      return 0;
    }
    prefillCarry += chunk * stepSeconds / iteration;
    int left = (int) prefillCarry;
    prefillCarry -= left;
    int done = 0;
    for (LiveRequest r : prefilling) {
      int take = Math.min(left, r.length() - r.computed);
      r.computed += take;
      left -= take;
      done += take;
      r.blocks = Math.max(r.blocks, profile.blocksFor(r.computed));
      if (r.decoding() && r.firstTokenAt < 0) {
        firstToken(r, iteration, now);
        done++;
      }
    }
    return done;
  }

  private void firstToken(LiveRequest r, double iteration, double now) {
    double atLeast =
        iteration + (r.spec.promptTokens() - r.firstHit) * profile.perTokenMs() / 1_000;
    double waited = Math.max(atLeast, now - stepSeconds * random.nextDouble() - r.arrivedAt);
    r.firstTokenAt = r.arrivedAt + waited;
    r.lastTokenAt = r.firstTokenAt;
    r.generated = 1;
    r.computed = r.length();
    metrics.get(EngineHistogram.TIME_TO_FIRST_TOKEN).add(waited);
    metrics.generationTokens++;
    metrics.promptTokens += r.spec.promptTokens();
    metrics.cachedPromptTokens += r.firstHit;
    r.listener.generated(1, now);
  }

  private int decode(
      List<LiveRequest> decoding,
      int iterations,
      double iteration,
      double now,
      List<LiveRequest> finished) {
    int made = 0;
    for (LiveRequest r : decoding) {
      int tokens = Math.min(iterations, r.spec.outputTokens() - r.generated);
      if (tokens > 0) {
        observeGaps(r, tokens, iteration, now);
        r.generated += tokens;
        r.computed = r.length();
        r.lastTokenAt = now;
        made += tokens;
        r.listener.generated(tokens, now);
      }
      r.blocks = Math.max(r.blocks, profile.blocksFor(r.length()));
      if (r.generated >= r.spec.outputTokens()) {
        finished.add(r);
      }
    }
    metrics.generationTokens += made;
    return made;
  }

  private void observeGaps(LiveRequest r, int tokens, double iteration, double now) {
    Histogram gaps = metrics.get(EngineHistogram.INTER_TOKEN_LATENCY);
    int regular = tokens;
    if (r.interrupted) {
      gaps.add(Math.max(iteration, now - r.lastTokenAt), 1);
      r.interrupted = false;
      regular--;
    }
    gaps.add(iteration, regular);
  }
}
