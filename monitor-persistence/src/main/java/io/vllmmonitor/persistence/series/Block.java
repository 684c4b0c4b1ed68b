package io.vllmmonitor.persistence.series;

import io.vllmmonitor.persistence.format.Checksum;

/**
 * The head of one block: some rows of one target over a stretch of one day, whose columns lie in
 * packs of {@value #PACK} neighbouring series. Immutable; committed blocks never change.
 *
 * @param rows distinct times
 * @param samples of all its series
 * @param shape the series, in the order of the packs
 * @param firstPack id of the pack with the first series; the others follow it
 * @param times of the rows, encoded
 */
@SuppressWarnings("ArrayRecordComponent") // read by the codec alone, never handed out
record Block(
    long id,
    String target,
    long firstMillis,
    long lastMillis,
    int rows,
    long samples,
    int shape,
    long firstPack,
    byte[] times) {
  static final int PACK = 16;

  /** The most rows that are merged into one block. */
  static final int MOST_ROWS = 3_600;

  long checksum() {
    return new Checksum()
        .add(id)
        .add(target)
        .add(firstMillis)
        .add(lastMillis)
        .add(rows)
        .add(samples)
        .add(shape)
        .add(firstPack)
        .add(times)
        .value();
  }

  static long packChecksum(long id, byte[] bytes) {
    return new Checksum().add(id).add(bytes).value();
  }

  static int packs(int series) {
    return (series + PACK - 1) / PACK;
  }
}
