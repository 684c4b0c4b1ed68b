package io.vllmmonitor.persistence.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.Optional;

/** Byte strings that are kept as one zstd frame where that makes them smaller. Stateless. */
public final class ZstdBytes {
  /** No more than so many bytes are ever inflated into memory. */
  public static final int MOST_BYTES = 256 << 20;

  private static final int LEVEL = 3;

  private ZstdBytes() {}

  /** The frame, if it is smaller than the bytes and can be inflated again within the limit. */
  public static Optional<byte[]> smaller(byte[] bytes) {
    if (bytes.length > MOST_BYTES) {
      return Optional.empty();
    }
    byte[] frame = Zstd.compress(bytes, LEVEL);
    return frame.length < bytes.length ? Optional.of(frame) : Optional.empty();
  }

  /**
   * What was put into a frame. No more memory is taken than the frame declares.
   *
   * @throws DamagedBytesException when it is no frame, declares no size or more than {@link
   *     #MOST_BYTES}, or does not hold what it declares
   */
  public static byte[] inflate(byte[] frame) {
    long size = Zstd.getFrameContentSize(frame);
    if (size < 0 || size > MOST_BYTES) {
      throw new DamagedBytesException(
          "a zstd frame of 0 to " + MOST_BYTES + " bytes was expected, found size " + size);
    }
    try {
      byte[] bytes = Zstd.decompress(frame, (int) size);
      if (bytes.length != size) {
        throw new DamagedBytesException(
            "a zstd frame declares " + size + " bytes, but holds " + bytes.length);
      }
      return bytes;
    } catch (ZstdException e) {
      throw new DamagedBytesException("a zstd frame cannot be inflated: " + e.getMessage(), e);
    }
  }
}
