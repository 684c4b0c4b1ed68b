package io.vllmmonitor.plugin.learner.counts;

import io.vllmmonitor.api.extension.StateWriter;

/** Adds up how much state is written, in its plain form. */
final class CountingWriter implements StateWriter {
  private int total;

  int total() {
    return total;
  }

  @Override
  public void text(String name, String value) {
    total += value.length();
  }

  @Override
  public void integer(String name, long value) {
    total += 8;
  }

  @Override
  public void number(String name, double value) {
    total += 8;
  }

  @Override
  public void flag(String name, boolean value) {
    total += 1;
  }

  @Override
  public void numbers(String name, double[] value) {
    total += 8 * value.length;
  }

  @Override
  public void bytes(String name, byte[] value) {
    total += value.length;
  }
}
