package io.vllmmonitor.core.sampling;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.TargetSignals;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.worker.HandOvers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The scrapes of one target: due on a fixed grid, one at a time, each with an end. Called from the
 * timer's thread and from collecting threads; what changes is guarded by this object.
 */
final class TargetSampling {
  /** How long beyond the scrape timeout a source may take before it is given up. */
  static final Duration OVERRUN = Duration.ofSeconds(1);

  private final Target target;
  private final String name;
  private final SamplingServices services;
  private final TargetMailbox mailbox;
  private final TickListener listener;
  private final StoredKeys keys;
  private final BatchMaker maker;
  private final SourceCalls sources;
  private final Timeline timeline;
  private final long intervalNanos;
  private long nextDue;
  private Timer.@Nullable Cancellable nextTick;
  private @Nullable Collection running;
  private @Nullable ErrorCode lastFailure; // confined to the mailbox
  private boolean closed;

  TargetSampling(
      Target target,
      ExtensionSet extensions,
      TargetMailbox mailbox,
      TickListener listener,
      @Nullable Instant after,
      SamplingServices services) {
    this.target = target;
    this.name = target.id().instance();
    this.services = services;
    this.mailbox = mailbox;
    this.listener = listener;
    this.keys = new StoredKeys(target.id());
    this.maker = new BatchMaker(target.id(), keys);
    this.sources = new SourceCalls(target, extensions, services.catalog(), services.problems());
    this.timeline = new Timeline(after);
    this.intervalNanos = target.scrapeInterval().toNanos();
  }

  /** One call of the sources, from when it was due to its result or its being given up. */
  private final class Collection implements CollectScope {
    private final Instant at;
    private final long begun = services.nanos().getAsLong();
    private final PageSink sink = new PageSink(keys, maker.shape(), maker.reserved());
    private @Nullable Thread thread;
    private Timer.@Nullable Cancellable overrun;
    private boolean givenUp;

    Collection(Instant at) {
      this.at = at;
    }

    @Override
    public Instant at() {
      return at;
    }

    @Override
    public Duration remaining() {
      Duration left = target.scrapeTimeout().minus(took());
      return left.isNegative() ? Duration.ZERO : left;
    }

    Duration took() {
      return Duration.ofNanos(services.nanos().getAsLong() - begun);
    }
  }

  synchronized void start(Duration offset) {
    nextDue = services.nanos().getAsLong() + offset.toNanos();
    nextTick = services.timer().after(offset, this::due);
  }

  synchronized void close() {
    closed = true;
    if (nextTick != null) {
      nextTick.cancel();
    }
    if (running != null) {
      giveUp(running);
    }
  }

  private synchronized void due() {
    if (closed) {
      return;
    }
    long now = services.nanos().getAsLong();
    long missed = Math.max(0, (now - nextDue) / intervalNanos);
    if (missed > 0) {
      services.skipped().add(missed, name);
    }
    long due = nextDue + missed * intervalNanos;
    nextDue = due + intervalNanos;
    nextTick = services.timer().after(Duration.ofNanos(nextDue - now), this::due);
    if (running != null && !running.givenUp) {
      services.skipped().increment(name);
      return;
    }
    Instant at = timeline.stamp(due, now, services.clock().instant());
    if (running == null) {
      begin(new Collection(at));
    } else {
      deliver(at, null, Duration.ZERO, stuck("still has not come back since"));
    }
  }

  private void begin(Collection collection) {
    running = collection;
    collection.overrun =
        services.timer().after(target.scrapeTimeout().plus(OVERRUN), () -> overran(collection));
    try {
      services
          .collecting()
          .execute(() -> HandOvers.run(() -> collect(collection), () -> abandon(collection)));
    } catch (RejectedExecutionException e) {
      running = null; // the pool is shut down, and this target with it
      close();
    }
  }

  private void collect(Collection collection) {
    synchronized (this) {
      if (collection.givenUp) {
        running = null; // it never left the queue of the pool
        return;
      }
      collection.thread = Thread.currentThread();
    }
    MonitorException failure = sources.collect(collection.sink, collection);
    synchronized (this) {
      collection.thread = null;
      running = null;
      boolean late = collection.givenUp;
      if (late) {
        // The interrupt was meant for the source and must not reach the next one. Its value says
        // nothing new.
        boolean unused = Thread.interrupted();
        services.late().increment(name);
        return;
      }
      if (collection.overrun != null) {
        collection.overrun.cancel();
      }
      deliver(collection.at, collection.sink, collection.took(), failure);
    }
  }

  private synchronized void overran(Collection collection) {
    if (running != collection || collection.givenUp) {
      return;
    }
    giveUp(collection);
    deliver(collection.at, null, collection.took(), stuck("was given up after"));
  }

  /** The thread is lost in a source: the next scrape begins without it. */
  private synchronized void abandon(Collection collection) {
    if (running == collection) {
      if (!collection.givenUp) {
        overran(collection);
      }
      running = null;
    }
  }

  private static void giveUp(Collection collection) {
    collection.givenUp = true;
    if (collection.overrun != null) {
      collection.overrun.cancel();
    }
    if (collection.thread != null) {
      collection.thread.interrupt();
    }
  }

  private MonitorException stuck(String what) {
    Duration limit = target.scrapeTimeout().plus(OVERRUN);
    return new MonitorException(
        ErrorCode.TARGET_TIMEOUT,
        Blame.ENVIRONMENT,
        "The scrape of "
            + name
            + " "
            + what
            + " "
            + limit.toMillis()
            + " ms, its timeout and a second; the server hangs or its source does not keep to the"
            + " time it is given");
  }

  private void deliver(
      Instant at, @Nullable PageSink page, Duration took, @Nullable MonitorException failure) {
    if (closed) {
      return;
    }
    boolean up = failure == null;
    TargetSignals signals = page == null ? null : page.signals();
    Tick tick =
        new Tick(
            target,
            at,
            up,
            signals == null ? TargetSignals.unknown() : signals,
            maker.make(at, page, up, took),
            took,
            failure);
    services.scrapes().increment(name);
    if (page != null && page.shadowed() > 0) {
      services.shadowed().add(page.shadowed(), name);
    }
    if (failure != null) {
      services.failures().increment(name, failure.code().name());
    }
    services.writer().offer(tick.batch());
    if (!mailbox.post(() -> hear(tick))) {
      services.unheard().increment(name);
    }
  }

  /** On the mailbox, where a store that is slow to take the problem delays nobody else. */
  private void hear(Tick tick) {
    MonitorException failure = tick.failure();
    ErrorCode code = failure == null ? null : failure.code();
    if (lastFailure != null && lastFailure != code) {
      services.problems().clear(lastFailure, name);
    }
    lastFailure = code;
    if (failure != null) {
      services.problems().note(name, failure);
    }
    listener.onTick(tick);
  }
}
