package io.vllmmonitor.core.sampling;

/** Hears of every scrape of a target, in order, on the target's mailbox. */
public interface TickListener {
  /** What it throws goes to the failures of the mailbox; the next tick comes all the same. */
  void onTick(Tick tick);
}
