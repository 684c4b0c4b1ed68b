package io.vllmmonitor.core.folder;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What one scan of a folder found. Immutable.
 *
 * @param arrived files with new content, settled and read once, sorted by name
 * @param removed names of known files that are gone while others stayed
 * @param withdrawn names of files that are gone and of which nothing ran: refused ones, and
 *     rejected ones while no other file is there
 * @param refused files that are not read, each reported once per change
 */
public record FolderChanges(
    List<Arrival> arrived, List<String> removed, List<String> withdrawn, List<Refusal> refused) {
  public FolderChanges {
    arrived = List.copyOf(arrived);
    removed = List.copyOf(removed);
    withdrawn = List.copyOf(withdrawn);
    refused = List.copyOf(refused);
  }

  public boolean isEmpty() {
    return arrived.isEmpty() && removed.isEmpty() && withdrawn.isEmpty() && refused.isEmpty();
  }

  /** A file with new content. Immutable; the bytes are shared, do not change them. */
  public static final class Arrival {
    private final String name;
    private final String hash;
    private final byte[] bytes;

    Arrival(String name, String hash, byte[] bytes) {
      this.name = requireNonNull(name, "name");
      this.hash = requireNonNull(hash, "hash");
      this.bytes = requireNonNull(bytes, "bytes");
    }

    /** The file's name, without folder. */
    public String name() {
      return name;
    }

    /** SHA-256 (hex) of exactly these bytes. */
    public String hash() {
      return hash;
    }

    public byte[] bytes() {
      return bytes;
    }

    /** The same file under another name. */
    Arrival named(UnaryOperator<String> naming) {
      return new Arrival(naming.apply(name), hash, bytes);
    }
  }

  /** Why a file is not read. */
  public enum Reason {
    /** A link, a folder, a pipe, a device. */
    NOT_A_REGULAR_FILE,
    TOO_LARGE,
    UNREADABLE
  }

  /**
   * A file that is not read.
   *
   * @param detail one sentence for people
   */
  public record Refusal(String name, Reason reason, String detail) {
    public Refusal {
      requireNonNull(name, "name");
      requireNonNull(reason, "reason");
      requireNonNull(detail, "detail");
    }

    /** The same file under another name. */
    Refusal named(UnaryOperator<String> naming) {
      return new Refusal(naming.apply(name), reason, detail);
    }
  }
}
