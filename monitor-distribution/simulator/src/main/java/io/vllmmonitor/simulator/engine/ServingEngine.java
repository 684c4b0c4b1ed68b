package io.vllmmonitor.simulator.engine;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One simulated vLLM engine, moved in macro steps by {@link #advance}. It owns no thread and no
 * clock: callers serialise all calls and decide what time is, so a test or a judge runs it in
 * virtual time and the server in real time. Seconds are engine seconds since its start.
 */
public final class ServingEngine {
  /** Only this part of the blocks is given to new requests, the rest is left for growth. */
  private static final double ADMISSION_LIMIT = 0.99;

  private final EngineProfile profile;
  private final double stepSeconds;
  private final Random random;
  private final EngineMetrics metrics;
  private final BatchStep batch;
  private final Deque<LiveRequest> waiting = new ArrayDeque<>();
  private final List<LiveRequest> running = new ArrayList<>();
  private final PrefixCache cache = new PrefixCache();
  private ArrivalSource arrivals = (now, seconds, sink) -> {};
  private long steps;
  private long nextId = 1;
  private int used;
  private boolean paused;
  private PauseMode pauseMode = PauseMode.KEEP;
  private boolean keepCacheEmpty;
  private int sleepLevel;
  private boolean hung;
  private double hitProbability = 1;
  private int shownRunning;
  private int shownWaiting;
  private int shownUsed;

  /**
   * An idle engine at second 0.
   *
   * @param profile its speed and size
   * @param seed of its own randomness: iteration times and the moment of first tokens
   * @param stepSeconds length of a macro step, more than 0 and at most 0.1
   */
  public ServingEngine(EngineProfile profile, long seed, double stepSeconds) {
    if (!(stepSeconds > 0 && stepSeconds <= 0.1)) {
      throw new IllegalArgumentException(
          "a step of %s s: more than 0 and at most 0.1 s".formatted(stepSeconds));
    }
    this.profile = requireNonNull(profile, "profile");
    this.stepSeconds = stepSeconds;
    this.random = new Random(seed * 7_919 + 17);
    this.metrics = new EngineMetrics(profile.maxModelLen());
    this.batch = new BatchStep(profile, metrics, random, stepSeconds);
  }

  /** The profile it was built with. */
  public EngineProfile profile() {
    return profile;
  }

  /** Replaces the source of requests that nobody submits. */
  public void attach(ArrivalSource source) {
    arrivals = requireNonNull(source, "source");
  }

  /** Engine seconds of the last step. */
  public double now() {
    return steps * stepSeconds;
  }

  /** Runs the steps that end at or before {@code toSeconds}; a time in the past does nothing. */
  public void advance(double toSeconds) {
    while ((steps + 1) * stepSeconds <= toSeconds + 1e-9) {
      step();
    }
  }

  /** Queues a request; the id is for {@link #cancel}. */
  public long submit(RequestSpec spec, RequestListener listener) {
    LiveRequest r =
        new LiveRequest(
            nextId++, requireNonNull(spec, "spec"), requireNonNull(listener, "listener"), now());
    waiting.add(r);
    return r.id;
  }

  /** The client of a request has gone. Nothing happens if the request is already over. */
  public void cancel(long id) {
    remove(Set.of(id), FinishReason.CLIENT_GONE);
  }

  /** Aborts everything in flight; how many that were. */
  public int abortAll() {
    Set<Long> all = new HashSet<>();
    waiting.forEach(r -> all.add(r.id));
    running.forEach(r -> all.add(r.id));
    return abort(all);
  }

  /** Aborts the requests of these ids that are still in flight; how many that were. */
  public int abort(Set<Long> ids) {
    int removed = remove(ids, FinishReason.ABORT);
    if (removed > 0 && !hung) {
      show();
    }
    return removed;
  }

  /**
   * Stops admission. Metrics do not show it.
   *
   * @param mode what happens to requests in flight
   * @param clearCache also empties the prefix cache
   */
  public void pause(PauseMode mode, boolean clearCache) {
    paused = true;
    pauseMode = requireNonNull(mode, "mode");
    if (mode == PauseMode.ABORT) {
      abortAll();
    }
    keepCacheEmpty = clearCache;
    if (clearCache) {
      cache.clear();
    }
  }

  /** Ends a pause. */
  public void resume() {
    paused = false;
    keepCacheEmpty = false;
  }

  /** Whether a pause is in force. */
  public boolean paused() {
    return paused;
  }

  /** Requests in the batch now, whatever the gauges show. */
  public int runningNow() {
    return running.size();
  }

  /** Requests in the queue now, whatever the gauges show. */
  public int waitingNow() {
    return waiting.size();
  }

  /** KV blocks held by requests now, whatever the gauges show. */
  public int usedBlocksNow() {
    return used;
  }

  /** Empties the prefix cache; false, and nothing is done, while requests hold blocks. */
  public boolean resetPrefixCache() {
    if (used > 0) {
      return false;
    }
    cache.clear();
    return true;
  }

  /**
   * Puts the engine to sleep: nothing is admitted, the KV memory is given up.
   *
   * @param level 1 or 2
   * @param mode what happens to requests in flight; with WAIT the engine sleeps once the batch is
   *     empty
   */
  public void sleep(int level, PauseMode mode) {
    if (level != 1 && level != 2) {
      throw new IllegalArgumentException("sleep level %d: 1 or 2".formatted(level));
    }
    sleepLevel = level;
    switch (requireNonNull(mode, "mode")) {
      case ABORT -> abortAll();
      case KEEP -> preemptAll();
      case WAIT -> {}
    }
    cache.clear();
  }

  /** Ends the sleep. */
  public void wakeUp() {
    sleepLevel = 0;
  }

  /** 0 awake, 1 or 2 asleep or going to sleep. */
  public int sleepLevel() {
    return sleepLevel;
  }

  /** A hung engine does nothing at all, but requests keep arriving. */
  public void hang(boolean on) {
    hung = on;
  }

  /** Whether the engine hangs. */
  public boolean hung() {
    return hung;
  }

  /**
   * Part of the look-ups in the prefix cache that can succeed: 1 normally, 0 when the prefixes
   * never match.
   */
  public void prefixHitProbability(double probability) {
    hitProbability = probability;
  }

  /** What the metrics page would show now. */
  public EngineSnapshot snapshot() {
    return new EngineSnapshot(
        shownRunning,
        shownWaiting,
        shownUsed,
        profile.usableBlocks(),
        sleepLevel,
        metrics.totals(),
        metrics.histogramSnapshots());
  }

  private void step() {
    steps++;
    arrivals.arrivals(now(), stepSeconds, this::submit);
    if (steps % Math.max(1, Math.round(1 / stepSeconds)) == 0) {
      dropImpatient();
    }
    if (hung || (paused && pauseMode == PauseMode.KEEP)) {
      return;
    }
    boolean moved = false;
    if (!paused && sleepLevel == 0) {
      moved = admit();
    }
    if (!running.isEmpty()) {
      List<LiveRequest> finished = batch.run(running, now());
      finished.forEach(this::complete);
      used = running.stream().mapToInt(r -> r.blocks).sum();
      preemptOverflow();
      cache.shrinkTo(profile.usableBlocks() - used);
      moved = true;
    }
    // Gauges move only when the engine returns a step: an idle, paused or hung one leaves them as
    // they were.
    if (moved) {
      show();
    }
  }

  private boolean admit() {
    boolean moved = false;
    while (!waiting.isEmpty() && running.size() < profile.maxNumSeqs()) {
      LiveRequest r = waiting.getFirst();
      if (profile.blocksFor(r.length()) > profile.usableBlocks()) {
        waiting.removeFirst();
        end(r, FinishReason.ABORT);
        moved = true;
        continue;
      }
      int hit = prefixHit(r);
      int input =
          profile.reserveFullInput()
              ? r.length()
              : Math.min(r.length(), hit + profile.maxBatchedTokens());
      int need = profile.blocksFor(input);
      if (used + need > profile.usableBlocks() * ADMISSION_LIMIT) {
        break;
      }
      waiting.removeFirst();
      start(r, hit, need);
      moved = true;
    }
    return moved;
  }

  private int prefixHit(LiveRequest r) {
    int cached = r.spec.prefixGroup() == 0 ? 0 : cache.lookUp(r.spec.prefixGroup());
    if (cached == 0 || (hitProbability < 1 && random.nextDouble() >= hitProbability)) {
      return 0;
    }
    int shared = r.spec.sharedTokens() / profile.blockSize();
    // The last prompt token is always computed: its logits give the first output token.
    int computable = (r.spec.promptTokens() - 1) / profile.blockSize();
    return Math.min(cached, Math.min(shared, computable)) * profile.blockSize();
  }

  private void start(LiveRequest r, int hit, int need) {
    if (!r.admittedBefore()) {
      metrics.prefixQueries += r.spec.promptTokens();
      metrics.prefixHits += hit;
      r.firstHit = hit;
      r.admittedAt = now();
    }
    r.computed = hit;
    r.blocks = need;
    used += need;
    cache.shrinkTo(profile.usableBlocks() - used);
    running.add(r);
  }

  /** Preemption by recompute, youngest first, as vLLM does it. */
  private void preemptOverflow() {
    while (used > profile.usableBlocks() && running.size() > 1) {
      preemptLast();
      metrics.preemptions++;
    }
  }

  private void preemptAll() {
    while (!running.isEmpty()) {
      preemptLast();
    }
  }

  private void preemptLast() {
    LiveRequest victim = running.remove(running.size() - 1);
    used -= victim.blocks;
    victim.blocks = 0;
    victim.computed = 0;
    victim.preemptions++;
    victim.interrupted = victim.generated > 0;
    waiting.addFirst(victim);
  }

  private void complete(LiveRequest r) {
    running.remove(r);
    if (r.spec.prefixGroup() != 0 && !keepCacheEmpty) {
      cache.put(r.spec.prefixGroup(), r.spec.sharedTokens() / profile.blockSize());
    }
    FinishReason reason =
        r.generated >= r.spec.maxTokens() ? FinishReason.LENGTH : FinishReason.STOP;
    metrics.finished(r, reason, Math.max(now(), r.firstTokenAt));
    end(r, reason);
  }

  private void dropImpatient() {
    Set<Long> gone = new HashSet<>();
    waiting.forEach(r -> addIfImpatient(r, gone));
    running.forEach(r -> addIfImpatient(r, gone));
    if (!gone.isEmpty()) {
      remove(gone, FinishReason.CLIENT_GONE);
    }
  }

  private void addIfImpatient(LiveRequest r, Set<Long> gone) {
    double patience = r.spec.patienceSeconds();
    double silence = now() - Math.max(r.arrivedAt, r.lastTokenAt);
    if (patience > 0 && silence > patience) {
      gone.add(r.id);
    }
  }

  private int remove(Set<Long> ids, FinishReason reason) {
    List<LiveRequest> gone = new ArrayList<>();
    for (LiveRequest r : waiting) {
      if (ids.contains(r.id)) {
        gone.add(r);
      }
    }
    for (LiveRequest r : running) {
      if (ids.contains(r.id)) {
        gone.add(r);
        used -= r.blocks;
      }
    }
    waiting.removeAll(gone);
    running.removeAll(gone);
    gone.forEach(r -> end(r, reason));
    return gone.size();
  }

  private void end(LiveRequest r, FinishReason reason) {
    r.blocks = 0;
    r.listener.finished(new RequestResult(r.spec, reason, r.generated, now() - r.arrivedAt));
  }

  private void show() {
    shownRunning = running.size();
    shownWaiting = waiting.size();
    shownUsed = used;
  }
}
