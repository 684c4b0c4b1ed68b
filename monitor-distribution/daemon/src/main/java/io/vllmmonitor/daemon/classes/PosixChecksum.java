package io.vllmmonitor.daemon.classes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code cksum} of POSIX says of a file, since that is what the start script compares with.
 */
final class PosixChecksum {
  private static final int POLYNOMIAL = 0x04C1_1DB7;
  private static final int[] TABLE = table();

  private PosixChecksum() {}

  /** Such as {@code 4294967295 0}: the sum, and the bytes of the file. */
  static String of(Path file) throws IOException {
    int sum = 0;
    long length = 0;
    byte[] piece = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        for (int i = 0; i < read; i++) {
          sum = next(sum, piece[i]);
        }
        length += read;
      }
    }
    for (long rest = length; rest != 0; rest >>>= 8) {
      sum = next(sum, (byte) rest);
    }
    return Integer.toUnsignedString(~sum) + " " + length;
  }

  private static int next(int sum, byte value) {
    return (sum << 8) ^ TABLE[(sum >>> 24) ^ (value & 0xff)];
  }

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int entry = i << 24;
      for (int bit = 0; bit < 8; bit++) {
        entry = entry < 0 ? (entry << 1) ^ POLYNOMIAL : entry << 1;
      }
      table[i] = entry;
    }
    return table;
  }
}
