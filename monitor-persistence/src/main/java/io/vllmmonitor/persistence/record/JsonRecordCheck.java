package io.vllmmonitor.persistence.record;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.json.DamagedLineException;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.LineReader;
import io.vllmmonitor.persistence.json.MarkFile;
import io.vllmmonitor.persistence.json.WholeFile;
import io.vllmmonitor.persistence.record.RecordManifest.KindFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads every line of the records of the JSON back end and compares it with its checksum, and the
 * files with their manifest and their mark. Called by verification while no file is rewritten;
 * lines may be appended to the journal meanwhile. Changes nothing. Used once, by one thread.
 */
public final class JsonRecordCheck {
  /** Told what is there, file by file. */
  public interface Findings {
    /** Before each file; the work ends when this throws. */
    void begin(Path file);

    /** Every now and then; the work ends when this throws. */
    void look();

    /** A file, or a line of it, is not what was written. */
    void found(Path file, String what);

    /** A row whose line is as it was written. */
    void sound(Path file, long line, StoredRecord row);

    /** The line of a row of a kind that is not. */
    void damaged(Path file, RecordKind kind, String what);

    /** Worth knowing, and no damage. */
    void note(Path file, String what);

    /** Something names a row or blob that is not there: no damage, but worth knowing. */
    void missing(String what);
  }

  private static final long LINES_BETWEEN_LOOKS = 1_000;

  private final Path folder;
  private final Findings findings;
  private final RecordNames names = new RecordNames();
  private long number; // of the last transaction
  private long transactions;
  private long lines;

  /**
   * @param folder such as {@code records} in the data directory
   */
  public JsonRecordCheck(Path folder, Findings findings) {
    this.folder = requireNonNull(folder, "folder");
    this.findings = requireNonNull(findings, "findings");
  }

  /**
   * What was read. Immutable.
   *
   * @param rows how many there are of each kind, after the journal
   * @param transactions in the journal
   */
  public record Counts(Map<RecordKind, Long> rows, long transactions) {
    public Counts {
      rows = Map.copyOf(rows);
    }
  }

  /**
   * Checks all files.
   *
   * @param hasBlob whether there is a blob of a hash
   * @throws MonitorException STORE_NEWER when a later program wrote the manifest; STORE_IO when the
   *     folder cannot be read
   */
  public Counts check(Predicate<String> hasBlob) {
    Path markPath = folder.resolve(JsonRecordStore.MARK);
    boolean marked = Files.exists(markPath);
    MarkFile.Seen mark = new MarkFile(markPath).look(); // before the lines that it tells of
    try {
      Path manifestPath = folder.resolve(RecordManifest.NAME);
      RecordManifest manifest = manifest(manifestPath);
      if (manifest == null) {
        checkUnnamed();
      } else {
        for (Map.Entry<RecordKind, KindFile> kind : manifest.files().entrySet()) {
          checkRows(kind.getKey(), folder.resolve(kind.getValue().name()), kind.getValue().rows());
        }
        number = manifest.number();
        Path journal = folder.resolve(RecordManifest.journal(manifest.generation()));
        checkJournal(journal, false);
        Path told = mark.unusable() == null ? journal : markPath;
        mark.lossAgainst(number).ifPresent(loss -> findings.found(told, loss));
        if (!marked) {
          findings.note(
              markPath, "is not there; a loss at the end of the journal would go unseen");
        }
      }
      noteOthers(manifest);
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "read", e);
    }
    names.missing(hasBlob).forEach(findings::missing);
    return new Counts(names.counts(), transactions);
  }

  /** Null when it is missing or damaged. */
  private @Nullable RecordManifest manifest(Path file) throws IOException {
    if (Files.notExists(file)) {
      if (hasContent()) {
        findings.found(
            file, "is missing; a start takes the newest file of each kind in its place");
      } else {
        findings.note(file, "is not there yet; the next start makes it");
      }
      return null;
    }
    findings.begin(file);
    try {
      return RecordManifest.parse(Files.readAllBytes(file));
    } catch (DamagedLineException e) {
      findings.found(
          file, e.getMessage() + "; a start takes the newest file of each kind in its place");
      return null;
    }
  }

  private boolean hasContent() throws IOException {
    for (Path file : files()) {
      if (RecordLoader.OURS.matcher(name(file)).matches() && Files.size(file) > 0) {
        return true;
      }
    }
    return false;
  }

  private Iterable<Path> files() throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /** Without a manifest nobody knows which files count: each is read by itself. */
  private void checkUnnamed() throws IOException {
    for (Path file : files()) {
      Matcher matcher = RecordLoader.OURS.matcher(name(file));
      if (!matcher.matches()) {
        continue;
      }
      if (RecordLoader.JOURNAL.equals(matcher.group(1))) {
        checkJournal(file, true);
      } else {
        checkRows(RecordChange.kindOf(matcher.group(1)), file, -1);
      }
    }
  }

  /**
   * @param expected rows; negative when that is unknown
   */
  private void checkRows(RecordKind kind, Path file, long expected) throws IOException {
    if (Files.notExists(file)) {
      findings.found(file, "is missing; " + expected + " records are lost unless it is put back");
      return;
    }
    findings.begin(file);
    long sound = 0;
    boolean damaged = false;
    try (LineReader in = LineReader.open(file)) {
      while (true) {
        try {
          byte[] line = next(in);
          if (line == null) {
            break;
          }
          StoredRecord row = RecordLoader.row(kind, line);
          sound++;
          if (!names.put(row)) {
            findings.found(file, "line " + in.number() + " has the id " + row.id() + " once more");
          }
          findings.sound(file, in.number(), row);
        } catch (DamagedLineException e) {
          damaged = true;
          findings.damaged(file, kind, "line " + in.number() + " " + e.getMessage());
        }
      }
    }
    if (expected >= 0 && !damaged && sound != expected) {
      findings.found(file, "holds " + sound + " rows, but " + expected + " were written");
    }
  }

  private byte @Nullable [] next(LineReader in) throws IOException {
    if (++lines % LINES_BETWEEN_LOOKS == 0) {
      findings.look();
    }
    return in.next();
  }

  /**
   * @param anew whether its numbers may begin anywhere
   */
  private void checkJournal(Path journal, boolean anew) throws IOException {
    if (Files.notExists(journal)) {
      findings.note(journal, "is not there; the next start makes it");
      return;
    }
    findings.begin(journal);
    boolean any = anew;
    try (LineReader in = LineReader.open(journal)) {
      while (true) {
        try {
          byte[] line = next(in);
          if (line == null) {
            return;
          }
          take(journal, in.number(), RecordChange.parse(line), any);
          any = false;
        } catch (DamagedLineException e) {
          any = true; // how many transactions are between the good lines is unknown now
          if (LineReader.BREAKS_OFF.equals(e.getMessage())) {
            findings.note(
                journal,
                "ends with half a line, as while one is written or after a kill; it was never"
                    + " acknowledged");
          } else {
            findings.found(
                journal,
                "line " + in.number() + " " + e.getMessage() + ", so a transaction is left out");
          }
        }
      }
    }
  }

  private void take(Path journal, long line, RecordChange change, boolean anew) {
    transactions++;
    if (!anew && change.number() != number + 1) {
      findings.found(
          journal,
          "line "
              + line
              + " is the transaction "
              + change.number()
              + ", expected "
              + (number + 1)
              + (change.number() > number ? "; those between are missing" : ""));
    }
    number = Math.max(number, change.number());
    change.deleted().forEach(names::remove);
    for (StoredRecord row : change.written()) {
      boolean unused = names.put(row);
      findings.sound(journal, line, row);
    }
  }

  private void noteOthers(@Nullable RecordManifest manifest) throws IOException {
    Set<String> named = new HashSet<>();
    if (manifest != null) {
      named.add(RecordManifest.journal(manifest.generation()));
      manifest.files().values().forEach(file -> named.add(file.name()));
    }
    for (Path file : files()) {
      String name = name(file);
      if (name.endsWith(WholeFile.UNFINISHED)) {
        findings.note(file, "was cut off while it was made; the next start takes it away");
      } else if (manifest != null
          && RecordLoader.OURS.matcher(name).matches()
          && !named.contains(name)) {
        findings.note(
            file, "is not named by " + RecordManifest.NAME + "; the next start takes it away");
      }
    }
  }
}
