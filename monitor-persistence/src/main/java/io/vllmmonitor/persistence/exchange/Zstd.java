package io.vllmmonitor.persistence.exchange;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;

/** Reading zstd with bounded memory. */
final class Zstd {
  private static final int LARGEST_WINDOW_LOG = 23; // 8 MiB; exports use 2 MiB

  private Zstd() {}

  static InputStream inflate(InputStream in) throws IOException {
    return new ZstdInputStreamNoFinalizer(in).setLongMax(LARGEST_WINDOW_LOG);
  }
}
