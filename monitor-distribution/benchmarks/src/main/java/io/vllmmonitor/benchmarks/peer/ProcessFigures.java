package io.vllmmonitor.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells of a process under {@code /proc}. */
final class ProcessFigures {
  /** The unit of times in {@code /proc/PID/stat}: USER_HZ, 100 on every Linux (proc(5)). */
  private static final double TICKS_PER_SECOND = 100;

  private static final int USER_TIME = 11; // fields after the name in brackets, from 0
  private static final int CHILDREN_SYSTEM_TIME = 14;

  private ProcessFigures() {}

  /** CPU seconds, user and system, of the process and of its ended children. */
  static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = 0;
    for (int i = USER_TIME; i <= CHILDREN_SYSTEM_TIME; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** The most memory that was ever resident, in bytes. */
  static long peakBytes(long pid) throws IOException {
    return memory(pid, "VmHWM:");
  }

  /** The memory that is resident now, in bytes. */
  static long residentBytes(long pid) throws IOException {
    return memory(pid, "VmRSS:");
  }

  private static long memory(long pid, String start) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(start)) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("/proc/" + pid + "/status has no line " + start);
  }
}
