package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Path;

/** A process that owns a directory until its standard input ends. */
final class DirectoryHolder {
  private DirectoryHolder() {}

  public static void main(String[] arguments) throws IOException {
    try (DataDirectory directory =
        DataDirectory.open(Path.of(arguments[0]), ManualClock.at("2026-11-25T12:00:00Z"))) {
      directory.announce("127.0.0.1:9464");
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // only its end matters
      }
    }
  }
}
