package io.vllmmonitor.plugin.source.vllm;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.source.Answer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether requests are pending. The gauges alone do not tell: a hang that begins between two
 * requests leaves them at 0, and the server looks idle. So while nothing moves, descriptors count
 * too: every waiting client is one open connection. A level proves nothing, since idle clients keep
 * connections as well; what counts is growth over the floor, the least number of descriptors since
 * the engine last moved, and only growth that outlasts the time after which the server closes idle
 * connections.
 */
final class WorkSigns {
  private final int growth;
  private final Duration keepAlive;

  private @Nullable String incarnation;
  private long fingerprint;
  private double floor = Double.NaN;
  private double refusals = Double.NaN;
  private @Nullable Instant raisedSince;

  /**
   * @param growth how many descriptors over the floor are a sign
   * @param keepAlive how long the server keeps an idle connection open
   */
  WorkSigns(int growth, Duration keepAlive) {
    this.growth = growth;
    this.keepAlive = requireNonNull(keepAlive, "keepAlive");
  }

  /**
   * Judges one page.
   *
   * @param inFlight what {@code /load} says; null when it was not asked. 0 is no evidence, since
   *     the server counts only with a flag.
   */
  Answer pending(PageReading page, String life, @Nullable Double inFlight, Instant at) {
    boolean still =
        life.equals(incarnation) && page.showsProgress() && page.fingerprint() == fingerprint;
    boolean refusing = still && page.refusals() > refusals;
    boolean open = raised(page, life, still, at);
    incarnation = life;
    fingerprint = page.fingerprint();
    refusals = page.refusals();
    if (page.queued() > 0 || (inFlight != null && inFlight > 0) || refusing || open) {
      return Answer.YES;
    }
    boolean known = !Double.isNaN(page.queued()) || !Double.isNaN(page.openFiles());
    return known ? Answer.NO : Answer.UNKNOWN;
  }

  private boolean raised(PageReading page, String life, boolean still, Instant at) {
    double files = page.openFiles();
    // Without the engine's families nothing can be seen to move: the floor is that of this life.
    boolean sameStretch = still || (!page.showsProgress() && life.equals(incarnation));
    if (Double.isNaN(files) || !sameStretch) {
      floor = files;
      raisedSince = null;
      return false;
    }
    floor = Double.isNaN(floor) ? files : Math.min(floor, files);
    if (files < floor + growth) {
      raisedSince = null;
      return false;
    }
    Instant since = raisedSince == null ? at : raisedSince;
    raisedSince = since;
    return Duration.between(since, at).compareTo(keepAlive) > 0;
  }
}
