package io.vllmmonitor.api.notify;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.sample.SampleBatch;

/**
 * Hands samples on to another system. One instance per daemon; called from a thread of its own, one
 * call at a time, with every scrape of every target in the order of their times. At most 256
 * batches wait for one exporter; beyond that the oldest is dropped and counted.
 */
@Incubating(review = "2027-03-01")
public interface Exporter extends Extension {
  /**
   * Takes the samples of one scrape, within 30 s.
   *
   * @throws RuntimeException when they could not be handed on; the batch is dropped and counted
   */
  void export(SampleBatch batch);
}
