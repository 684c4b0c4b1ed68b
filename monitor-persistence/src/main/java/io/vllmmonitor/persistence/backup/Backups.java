package io.vllmmonitor.persistence.backup;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.backup.BackupManifest.Entry;
import io.vllmmonitor.persistence.sqlite.SqliteCopies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Backups of one data directory, below its folder {@code backups}, while it is in use. Each is a
 * whole by itself: SQLite files are copied by SQLite on one snapshot each, the records first, so
 * that every decision finds its samples; other files are copied as they are. A file that has not
 * changed since the backup before is linked to it, so that a day of samples lies on the disk once.
 * Called by the daemon on a schedule and by the verb {@code backup}; one at a time.
 *
 * <p>Left out: the token, the lock and what tells of the running process; logs of SQLite, whose
 * content is in the copies; files set aside as damaged; caches, and what a conversion replaced.
 */
public final class Backups {
  private static final String FOLDER = "backups";

  /** What can be made again and is of no use elsewhere: the archive of classes. */
  private static final String UNFINISHED = ".unfinished";

  private static final Set<String> NOT_COPIED =
      Set.of("token", "daemon.json", "owner.lock", "reserve");

  /** What can be made again, and what a conversion left; whole folders. */
  private static final Set<String> FOLDERS_LEFT_OUT = Set.of(FOLDER, "cache", "converting");

  private static final String REPLACED = "before-conversion-";
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path directory;
  private final String database;
  private final Quiet quiet;
  private final int keep;
  private final InstantSource clock;
  private final SqliteCopies copies;

  /**
   * @param directory the data directory
   * @param database the name of the file of records in it
   * @param quiet keeps files from being rewritten while they are copied
   * @param keep how many backups are kept
   * @param clock names the backups
   * @param nanoTicker such as {@code System::nanoTime}
   */
  public Backups(
      Path directory,
      String database,
      Quiet quiet,
      int keep,
      InstantSource clock,
      LongSupplier nanoTicker) {
    this.directory = requireNonNull(directory, "directory");
    this.database = requireNonNull(database, "database");
    this.quiet = requireNonNull(quiet, "quiet");
    this.keep = keep;
    this.clock = requireNonNull(clock, "clock");
    this.copies = new SqliteCopies(nanoTicker);
  }

  /**
   * Runs work while maintenance rewrites and deletes none of the files that are copied as they are.
   */
  public interface Quiet {
    Backup during(Supplier<Backup> work);
  }

  /**
   * A finished backup. Immutable.
   *
   * @param bytes of all its files, shared ones included
   * @param copied how many bytes were copied for it
   */
  public record Backup(Path path, Instant at, int files, long bytes, long copied) {
    public Backup {
      requireNonNull(path, "path");
      requireNonNull(at, "at");
    }
  }

  /**
   * Makes a backup, checks it, and deletes the oldest ones beyond those that are kept.
   *
   * @throws MonitorException STORE_FULL, STORE_IO, or STORE_DAMAGED where a file cannot be copied
   *     or its copy is not sound; then no new backup is there and no old one was deleted
   */
  public synchronized Backup make() {
    return quiet.during(this::collect);
  }

  private Backup collect() {
    Instant now = clock.instant();
    Path folder = directory.resolve(FOLDER);
    Path finished = folder.resolve(NAME.format(now));
    Path unfinished = folder.resolve(finished.getFileName() + UNFINISHED);
    try {
      deleteUnfinished(folder);
      BackupFiles.makeFolder(unfinished);
      Collector collector = new Collector(unfinished, newest().orElse(null));
      for (Path source : sources()) {
        collector.add(source);
      }
      collector.finish(now);
      Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
      BackupFiles.synchronise(folder);
      deleteOldest();
      return collector.backup(finished, now);
    } catch (IOException e) {
      throw BackupFiles.failed("back up into", unfinished, e);
    }
  }

  /**
   * When a backup was begun, by its name.
   *
   * @throws IllegalArgumentException for a folder of another name
   */
  public static Instant timeOf(Path backup) {
    try {
      return NAME.parse(backup.getFileName().toString(), Instant::from);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(backup + " has not the name of a backup", e);
    }
  }

  /** The finished backups, newest first. */
  public synchronized List<Path> list() {
    Path folder = directory.resolve(FOLDER);
    if (Files.notExists(folder)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .filter(path -> Files.exists(path.resolve(BackupManifest.NAME)))
          .filter(path -> !path.toString().endsWith(UNFINISHED))
          .sorted(Comparator.reverseOrder())
          .toList();
    } catch (IOException e) {
      throw BackupFiles.failed("list", folder, e);
    }
  }

  private Optional<Path> newest() {
    return list().stream().findFirst();
  }

  private void deleteOldest() throws IOException {
    List<Path> all = list();
    for (Path old : all.subList(Math.min(keep, all.size()), all.size())) {
      // Without its manifest it is no backup any more, however far the deletion comes.
      Files.delete(old.resolve(BackupManifest.NAME));
      BackupFiles.delete(old);
    }
  }

  /** What a backup left behind that was killed, and what is left of a half-deleted one. */
  private static void deleteUnfinished(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> found = Files.list(folder)) {
      for (Path path : found.toList()) {
        if (Files.isDirectory(path)
            && (path.toString().endsWith(UNFINISHED)
                || Files.notExists(path.resolve(BackupManifest.NAME)))) {
          BackupFiles.delete(path);
        }
      }
    }
  }

  /** Records first; a mark before the file it belongs to, so that it never runs ahead of it. */
  private List<Path> sources() throws IOException {
    List<Path> found =
        new ArrayList<>(
            BackupFiles.regularFiles(directory, leftOut()).stream()
                .filter(this::isCopied)
                .toList());
    Path records = directory.resolve(database);
    Path rows = directory.resolve("records");
    found.sort(
        Comparator.comparing((Path path) -> !path.equals(records) && !path.startsWith(rows))
            .thenComparing(path -> !path.toString().endsWith(".mark"))
            .thenComparing(Comparator.naturalOrder()));
    return found;
  }

  private Set<Path> leftOut() throws IOException {
    try (Stream<Path> content = Files.list(directory)) {
      return content
          .filter(
              path -> {
                String name = path.getFileName().toString();
                return FOLDERS_LEFT_OUT.contains(name) || name.startsWith(REPLACED);
              })
          .collect(Collectors.toSet());
    }
  }

  private boolean isCopied(Path file) {
    String name = file.getFileName().toString();
    return !(directory.equals(file.getParent()) && NOT_COPIED.contains(name))
        && !name.endsWith("-wal")
        && !name.endsWith("-shm")
        && !name.endsWith("-journal")
        && !name.endsWith(".backup")
        && !name.endsWith(".new")
        && !name.contains(".damaged-")
        && !isMarkOfDatabase(file, name);
  }

  /** A copy has no log whose tail could be lost, so it needs no mark. */
  private static boolean isMarkOfDatabase(Path file, String name) {
    return name.endsWith(".mark")
        && Files.exists(
            file.resolveSibling(name.substring(0, name.length() - ".mark".length()) + ".db"));
  }

  /** Brings files into one backup. */
  private final class Collector {
    private final Path target;
    private final @Nullable Path previous;
    private final @Nullable BackupManifest previousManifest;
    private final List<Entry> entries = new ArrayList<>();
    private long copied;

    Collector(Path target, @Nullable Path previous) {
      this.target = target;
      this.previous = previous;
      this.previousManifest = previous == null ? null : Restoring.manifestIfSound(previous);
    }

    void add(Path source) throws IOException {
      String path = directory.relativize(source).toString().replace('\\', '/');
      Path copy = target.resolve(path);
      BackupFiles.makeFolder(requireNonNull(copy.getParent()));
      boolean sqlite = path.endsWith(".db");
      try {
        if (sqlite) {
          addDatabase(source, path, copy);
        } else {
          addFile(source, path, copy);
        }
      } catch (IOException | MonitorException e) {
        if (Files.exists(source)) {
          throw e;
        }
        Files.deleteIfExists(copy); // retention took the file away meanwhile
      }
    }

    private void addFile(Path source, String path, Path copy) throws IOException {
      Entry before = entryBefore(path);
      if (previous != null && before != null && isSound(source, before)) {
        Path linked = previous.resolve(path);
        if (isSound(linked, before)) {
          Files.createLink(copy, linked);
          entries.add(before);
          return;
        }
      }
      String hash = BackupFiles.copy(source, copy);
      entries.add(new Entry(path, Files.size(copy), hash, -1));
      copied += Files.size(copy);
    }

    private @Nullable Entry entryBefore(String path) {
      return previousManifest == null ? null : previousManifest.file(path).orElse(null);
    }

    private void addDatabase(Path source, String path, Path copy) throws IOException {
      long commit = copies.commitOf(source);
      Entry before = entryBefore(path);
      if (previous != null
          && before != null
          && before.commit() == commit
          && isSound(previous.resolve(path), before)) {
        Files.createLink(copy, previous.resolve(path));
        entries.add(before);
        return;
      }
      copies.copy(source, copy);
      long copiedCommit = copies.check(copy);
      BackupFiles.synchronise(copy);
      entries.add(new Entry(path, Files.size(copy), BackupFiles.hash(copy), copiedCommit));
      copied += Files.size(copy);
    }

    /** One that has rotted since is not linked to. */
    private boolean isSound(Path file, Entry entry) throws IOException {
      return Files.isRegularFile(file) && BackupFiles.hash(file).equals(entry.sha256());
    }

    void finish(Instant at) throws IOException {
      entries.sort(Comparator.comparing(Entry::path));
      Path manifest = target.resolve(BackupManifest.NAME);
      Files.write(
          manifest, bytes(new BackupManifest(BackupManifest.FORMAT, at.toString(), entries)));
      BackupFiles.synchronise(manifest);
      try (Stream<Path> folders = Files.walk(target)) {
        for (Path folder : folders.filter(Files::isDirectory).toList()) {
          BackupFiles.synchronise(folder);
        }
      }
    }

    private byte[] bytes(BackupManifest manifest) {
      try {
        return JSON.writeValueAsBytes(manifest);
      } catch (JsonProcessingException e) {
        throw new MonitorException(
            ErrorCode.INTERNAL, Blame.MONITOR, "A manifest cannot be written as JSON", e);
      }
    }

    Backup backup(Path path, Instant at) {
      long bytes = entries.stream().mapToLong(Entry::bytes).sum();
      return new Backup(path, at, entries.size(), bytes, copied);
    }
  }
}
