package io.vllmmonitor.persistence.json;

import com.fasterxml.jackson.core.JsonParser;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The number of the last acknowledged line of a file, in a small file beside it: a line that is
 * lost leaves no trace in a file of lines, the mark shows it at the next start.
 *
 * <p>It is a plain write after each commit, without fsync: it survives the death of the process;
 * after a power cut it may be older than the commits, which hides a loss but never invents one.
 * Used under the lock of its owner.
 */
public final class MarkFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(MarkFile.class);
  private static final int SIZE = 64;
  private static final int MOST_LOOKS = 3; // one may meet a write half way

  private final Path path;
  private @Nullable RandomAccessFile file;
  private boolean failing;

  /** Opened when it is first written. */
  public MarkFile(Path path) {
    this.path = path;
  }

  /**
   * Says what is lost, if lines up to a greater number were acknowledged than are there; then the
   * mark is set to what is there, so that it is told once.
   *
   * @param there the number of the last line that was found
   */
  public Optional<String> compare(long there) {
    Optional<String> loss = lossAgainst(there);
    if (loss.isPresent()) {
      write(there);
    }
    return loss;
  }

  /** The same, without setting the mark. */
  public Optional<String> lossAgainst(long there) {
    return look().lossAgainst(there);
  }

  /**
   * What a mark said. Immutable.
   *
   * @param acknowledged the number of the last acknowledged line; empty when nobody wrote one
   * @param unusable what was found in place of a number; null when the mark is sound
   */
  public record Seen(OptionalLong acknowledged, @Nullable String unusable) {
    /**
     * Says what is lost, if lines up to a greater number were acknowledged than are there, or that
     * nobody knows.
     *
     * @param there the number of the last line that was found after the mark was looked at
     */
    public Optional<String> lossAgainst(long there) {
      if (unusable != null) {
        return Optional.of(
            "whether something at its end was lost is unknown, its high-water mark " + unusable);
      }
      if (acknowledged.isEmpty() || acknowledged.getAsLong() <= there) {
        return Optional.empty();
      }
      return Optional.of(
          "it ends at number "
              + there
              + ", but up to "
              + acknowledged.getAsLong()
              + " was acknowledged; what came after is lost");
    }
  }

  /**
   * Looks at the mark, which may be written meanwhile: a number that is read before the lines are
   * never runs ahead of them. Called from any thread, changes nothing.
   */
  public Seen look() {
    for (int tries = 1; ; tries++) {
      try {
        return new Seen(read(), null);
      } catch (IOException e) {
        if (tries == MOST_LOOKS) {
          return new Seen(
              OptionalLong.empty(),
              path.getFileName() + " is unusable: " + String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private OptionalLong read() throws IOException {
    if (Files.notExists(path) || Files.size(path) == 0) {
      return OptionalLong.empty();
    }
    if (Files.size(path) != SIZE) {
      throw new DamagedLineException("has " + Files.size(path) + " bytes, expected " + SIZE);
    }
    byte[] bytes = Files.readAllBytes(path);
    if (bytes[SIZE - 1] != '\n') {
      throw new DamagedLineException("breaks off");
    }
    try (JsonParser in = CheckedLine.parse(Arrays.copyOf(bytes, SIZE - 1))) {
      CheckedLine.field(in, "last");
      return OptionalLong.of(in.getLongValue());
    }
  }

  /** A failure is logged only, since what the number stands for is on the disk already. */
  public void write(long number) {
    try {
      RandomAccessFile open = file;
      if (open == null) {
        open = new RandomAccessFile(path.toFile(), "rw");
        file = open;
      }
      open.seek(0);
      open.write(line(number));
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.warn("The high-water mark {} could not be written; a loss might go unseen", path, e);
      }
      failing = true;
    }
  }

  /** Always of one size, so that it is replaced by one write. */
  private static byte[] line(long number) {
    int bare = CheckedLine.of(out -> out.writeNumberField("last", number)).length;
    return CheckedLine.of(
        out -> {
          out.writeNumberField("last", number);
          out.writeRaw(" ".repeat(SIZE - bare));
        });
  }

  /** Closes and deletes it. */
  public void delete() throws IOException {
    close();
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    RandomAccessFile open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }
}
