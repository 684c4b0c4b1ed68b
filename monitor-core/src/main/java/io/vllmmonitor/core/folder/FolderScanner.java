package io.vllmmonitor.core.folder;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.core.identity.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds what changed in a folder, by content. A file counts once its size and time of change have
 * stayed the same for 300 ms, so that a half-copied one is never read; it is read once, and the
 * bytes that are handed on are the bytes that were hashed. Links, pipes and folders are refused.
 * Editors' leavings are ignored: names that begin with a dot or {@code #} or do not end with the
 * suffix, such as {@code A.java~}, {@code A.java.tmp}, {@code .A.java.swp} and vim's {@code 4913}.
 *
 * <p>A deletion counts after 2 s, and only while another file of the kind is there: a folder that
 * is empty or gone has vanished, which removes nothing that runs, not even once other files are
 * there. Only what was refused or rejected is believed to be withdrawn then too. Confined to one
 * thread at a time; time comes as a parameter.
 */
public final class FolderScanner implements DropFolder {
  private static final Duration SETTLED_AFTER = Duration.ofMillis(300);
  private static final Duration REMOVED_AFTER = Duration.ofSeconds(2);
  private static final int MOST_FILES = 1_000;

  /** No content has this hash. */
  private static final String NO_HASH = "";

  private final Path folder;
  private final String suffix;
  private final int largest;
  private final Map<String, Tracked> files = new HashMap<>();
  private boolean settling;

  /** What is known of one name. */
  private static final class Tracked {
    private @Nullable Stamp stamp;
    private Instant since = Instant.EPOCH;
    private boolean handled;
    private @Nullable String hash;
    private boolean rejected;

    /** It went with the whole folder: that is no removal, also not once other files are there. */
    private boolean vanished;

    private @Nullable Instant missingSince;
  }

  /** What tells one version of a file from the next without reading it. */
  private record Stamp(long size, long changedNanos, @Nullable Object key, boolean regular) {}

  /**
   * @param suffix of the files that count, such as {@code .java}
   * @param largest the most bytes that are read of a file
   */
  public FolderScanner(Path folder, String suffix, int largest) {
    this.folder = requireNonNull(folder, "folder");
    this.suffix = requireNonNull(suffix, "suffix");
    this.largest = largest;
  }

  public Path folder() {
    return folder;
  }

  @Override
  public void know(String name, String hash) {
    files.computeIfAbsent(name, n -> new Tracked()).hash = requireNonNull(hash, "hash");
  }

  @Override
  public void expect(String name) {
    Tracked tracked = files.computeIfAbsent(name, n -> new Tracked());
    if (tracked.hash == null) {
      tracked.hash = NO_HASH;
    }
  }

  @Override
  public void forget(String name) {
    files.remove(name);
  }

  @Override
  public void reject(String name) {
    Tracked tracked = files.get(name);
    if (tracked != null) {
      tracked.rejected = true;
    }
  }

  @Override
  public boolean isSettling() {
    return settling;
  }

  /** Empty when there is no folder. */
  @Override
  public List<String> names() {
    return List.copyOf(list().keySet());
  }

  @Override
  public FolderChanges scan(Instant now) {
    settling = false;
    Map<String, Stamp> present = list();
    List<FolderChanges.Arrival> arrived = new ArrayList<>();
    List<FolderChanges.Refusal> refused = new ArrayList<>();
    present.forEach(
        (name, stamp) ->
            look(name, stamp, now, refused).ifPresent(arrival -> arrived.add(arrival)));
    List<String> removed = new ArrayList<>();
    List<String> withdrawn = new ArrayList<>();
    missing(present, now, removed, withdrawn);
    return new FolderChanges(arrived, removed, withdrawn, refused);
  }

  private Optional<FolderChanges.Arrival> look(
      String name, Stamp stamp, Instant now, List<FolderChanges.Refusal> refused) {
    Tracked tracked = files.computeIfAbsent(name, n -> new Tracked());
    tracked.missingSince = null;
    tracked.vanished = false;
    if (!stamp.equals(tracked.stamp)) {
      tracked.stamp = stamp;
      tracked.since = now;
      tracked.handled = false;
      settling = true;
      return Optional.empty();
    }
    if (tracked.handled) {
      return Optional.empty();
    }
    if (now.isBefore(tracked.since.plus(SETTLED_AFTER))) {
      settling = true;
      return Optional.empty();
    }
    return read(name, stamp, tracked, refused);
  }

  private Optional<FolderChanges.Arrival> read(
      String name, Stamp stamp, Tracked tracked, List<FolderChanges.Refusal> refused) {
    tracked.handled = true;
    if (!stamp.regular()) {
      refused.add(
          new FolderChanges.Refusal(
              name,
              FolderChanges.Reason.NOT_A_REGULAR_FILE,
              "it is a link, a folder or a pipe; put the file itself there"));
      return Optional.empty();
    }
    if (stamp.size() > largest) {
      refused.add(tooLarge(name, stamp.size()));
      return Optional.empty();
    }
    try {
      byte[] bytes = readOnce(folder.resolve(name));
      if (!stamp.equals(stamp(folder.resolve(name)))) {
        tracked.stamp = null;
        settling = true;
        return Optional.empty();
      }
      String hash = ContentHash.of(bytes);
      if (hash.equals(tracked.hash)) {
        return Optional.empty();
      }
      tracked.hash = hash;
      tracked.rejected = false;
      return Optional.of(new FolderChanges.Arrival(name, hash, bytes));
    } catch (NoSuchFileException e) {
      // Gone since the listing; the next look sees it missing.
      tracked.stamp = null;
      settling = true;
      return Optional.empty();
    } catch (IOException e) {
      refused.add(
          new FolderChanges.Refusal(
              name, FolderChanges.Reason.UNREADABLE, "it cannot be read: " + e.getMessage()));
      return Optional.empty();
    }
  }

  private byte[] readOnce(Path file) throws IOException {
    try (InputStream in =
        Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(largest + 1);
      if (bytes.length > largest) {
        throw new IOException("it grew beyond " + largest + " bytes while it was read");
      }
      return bytes;
    }
  }

  private FolderChanges.Refusal tooLarge(String name, long size) {
    return new FolderChanges.Refusal(
        name,
        FolderChanges.Reason.TOO_LARGE,
        "it has " + size + " bytes; at most " + largest + " are read");
  }

  private void missing(
      Map<String, Stamp> present, Instant now, List<String> removed, List<String> withdrawn) {
    for (String name : new TreeSet<>(files.keySet())) {
      Tracked tracked = files.get(name);
      if (tracked == null || present.containsKey(name)) {
        continue;
      }
      boolean mayRun = tracked.hash != null && !tracked.rejected;
      if (mayRun && (present.isEmpty() || tracked.vanished)) {
        tracked.missingSince = null;
        tracked.vanished = true;
      } else if (tracked.missingSince == null) {
        tracked.missingSince = now;
        settling = true;
      } else if (now.isBefore(tracked.missingSince.plus(REMOVED_AFTER))) {
        settling = true;
      } else {
        files.remove(name);
        boolean counts = tracked.hash != null && !present.isEmpty();
        (counts ? removed : withdrawn).add(name);
      }
    }
  }

  private Map<String, Stamp> list() {
    Map<String, Stamp> present = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*" + suffix)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (counts(name) && present.size() < MOST_FILES) {
          stampIfThere(entry).ifPresent(stamp -> present.put(name, stamp));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // No folder, or it went away while it was listed: it has vanished, which removes nothing.
      return Map.of();
    }
    return present;
  }

  /** Empty for a file that went since the listing; the folder is still there. */
  private static Optional<Stamp> stampIfThere(Path entry) throws IOException {
    try {
      return Optional.of(stamp(entry));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static boolean counts(String name) {
    return !name.startsWith(".") && !name.startsWith("#") && !name.endsWith("~");
  }

  private static Stamp stamp(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Instant changed = attributes.lastModifiedTime().toInstant();
    return new Stamp(
        attributes.size(),
        changed.getEpochSecond() * 1_000_000_000L + changed.getNano(),
        attributes.fileKey(),
        attributes.isRegularFile());
  }
}
