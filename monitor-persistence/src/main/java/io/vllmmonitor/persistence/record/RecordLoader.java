package io.vllmmonitor.persistence.record;

import com.fasterxml.jackson.core.JsonParser;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.exchange.RecordText;
import io.vllmmonitor.persistence.json.CheckedLine;
import io.vllmmonitor.persistence.json.DamagedLineException;
import io.vllmmonitor.persistence.json.LineReader;
import io.vllmmonitor.persistence.record.RecordManifest.KindFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all records of a folder at its opening: the files that the manifest names, then the
 * journal. What is damaged is left out, told, and kept aside as it is. Used once.
 */
final class RecordLoader {
  private static final Logger LOG = LoggerFactory.getLogger(RecordLoader.class);
  static final String JOURNAL = "journal";

  /** Journals and files of kinds, by name and generation; others are left alone. */
  static final Pattern OURS =
      Pattern.compile(
          Stream.of(RecordKind.values())
                  .map(RecordKind::table)
                  .collect(Collectors.joining("|"))
                  .transform(tables -> "(" + JOURNAL + "|" + tables + ")")
              + "\\.(\\d{1,18})\\.jsonl(\\.zst)?");

  private final Path folder;
  private final InstantSource clock;
  private final List<Problem> problems;
  private final Map<RecordKind, KindRows> tables = new EnumMap<>(RecordKind.class);
  private boolean damaged;
  private long number;
  private long journalEnd;

  RecordLoader(Path folder, InstantSource clock, List<Problem> problems) {
    this.folder = folder;
    this.clock = clock;
    this.problems = problems;
    for (RecordKind kind : RecordKind.values()) {
      tables.put(kind, new KindRows(kind));
    }
  }

  /**
   * What was found.
   *
   * @param number of the last transaction
   * @param journalEnd bytes of the journal's good lines
   * @param damaged whether something was left out, so that the files should be written anew
   * @param guessed whether the manifest was missing, so that they must be
   */
  record Loaded(
      RecordManifest manifest,
      Map<RecordKind, KindRows> tables,
      long number,
      long journalEnd,
      boolean damaged,
      boolean guessed) {}

  Loaded load() throws IOException {
    Path file = folder.resolve(RecordManifest.NAME);
    SortedMap<Long, Path> journals = journals(folder);
    RecordManifest manifest = null;
    if (Files.exists(file)) {
      try {
        manifest = RecordManifest.parse(Files.readAllBytes(file));
      } catch (DamagedLineException e) {
        tell(file, String.valueOf(e.getMessage()));
        keepAside(file);
      }
    } else if (!journals.isEmpty() || !newestFiles().isEmpty()) {
      tell(file, "is missing; the newest file of each kind is taken in its place");
    }
    boolean guessed = manifest == null;
    if (manifest == null) {
      manifest = guess(journals);
    }
    for (Map.Entry<RecordKind, KindFile> kind : manifest.files().entrySet()) {
      load(kind.getKey(), kind.getValue());
    }
    number = manifest.number();
    if (guessed) {
      for (Path journal : journals.values()) {
        replay(journal, true);
      }
    } else {
      replay(folder.resolve(RecordManifest.journal(manifest.generation())), false);
    }
    return new Loaded(manifest, tables, number, journalEnd, damaged, guessed);
  }

  private static SortedMap<Long, Path> journals(Path folder) throws IOException {
    SortedMap<Long, Path> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Matcher name = OURS.matcher(file.getFileName().toString());
        if (name.matches() && JOURNAL.equals(name.group(1))) {
          found.put(Long.parseLong(name.group(2)), file);
        }
      }
    }
    return found;
  }

  /** The file of the greatest generation of each kind. */
  private Map<RecordKind, Path> newestFiles() throws IOException {
    Map<RecordKind, Path> newest = new EnumMap<>(RecordKind.class);
    Map<RecordKind, Long> generations = new HashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Matcher name = OURS.matcher(file.getFileName().toString());
        if (!name.matches() || JOURNAL.equals(name.group(1))) {
          continue;
        }
        RecordKind kind = RecordChange.kindOf(name.group(1));
        long generation = Long.parseLong(name.group(2));
        if (generation > generations.getOrDefault(kind, -1L)) {
          generations.put(kind, generation);
          newest.put(kind, file);
        }
      }
    }
    return newest;
  }

  private RecordManifest guess(SortedMap<Long, Path> journals) throws IOException {
    Map<RecordKind, KindFile> files = new EnumMap<>(RecordKind.class);
    long generation = journals.isEmpty() ? 0 : journals.lastKey();
    for (Map.Entry<RecordKind, Path> file : newestFiles().entrySet()) {
      String name = file.getValue().getFileName().toString();
      Matcher matcher = OURS.matcher(name);
      if (matcher.matches()) {
        generation = Math.max(generation, Long.parseLong(matcher.group(2)));
      }
      files.put(file.getKey(), new KindFile(name, 0));
    }
    return new RecordManifest(generation, 0, files);
  }

  private void load(RecordKind kind, KindFile named) throws IOException {
    Path file = folder.resolve(named.name());
    if (Files.notExists(file)) {
      tell(
          file,
          "is missing; its "
              + named.rows()
              + " records are lost. From now on it is of no use to put it back; restore a backup to"
              + " have them again");
      return;
    }
    KindRows rows = new KindRows(kind);
    long bad = 0;
    String first = "";
    try (LineReader lines = LineReader.open(file)) {
      while (true) {
        try {
          byte[] line = lines.next();
          if (line == null) {
            break;
          }
          rows.put(row(kind, line));
        } catch (DamagedLineException e) {
          bad++;
          first = first.isEmpty() ? "line " + lines.number() + " " + e.getMessage() : first;
        }
      }
    }
    tables.put(kind, rows);
    long missing = Math.max(bad, named.rows() - rows.size());
    if (missing > 0) {
      tell(
          file,
          (first.isEmpty() ? "it breaks off" : first)
              + "; "
              + missing
              + " records are left out, "
              + rows.size()
              + " are served");
      keepAside(file);
    }
  }

  /**
   * A row of the file of a kind.
   *
   * @throws DamagedLineException unless the line is what was written
   */
  static StoredRecord row(RecordKind kind, byte[] line) throws DamagedLineException {
    try (JsonParser in = CheckedLine.parse(line)) {
      return RecordText.read(kind, in);
    } catch (DamagedLineException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedLineException("is malformed: " + e.getMessage(), e);
    }
  }

  /**
   * @param anew whether numbers may begin anywhere
   */
  private void replay(Path journal, boolean anew) throws IOException {
    journalEnd = 0;
    if (Files.notExists(journal)) {
      return; // it is made with its first line; the high-water mark tells whether there was one
    }
    Replay replay = new Replay(journal);
    boolean any = anew;
    try (LineReader lines = LineReader.open(journal)) {
      while (true) {
        try {
          byte[] line = lines.next();
          if (line == null) {
            break;
          }
          replay.good(RecordChange.parse(line), lines, any);
          any = false;
        } catch (DamagedLineException e) {
          replay.bad(lines, e);
        }
      }
      replay.end(Files.size(journal));
    }
  }

  /** One journal on its way. */
  private final class Replay {
    private final Path journal;
    private long damagedLines;
    private long sinceGood;
    private boolean lastIsTorn;
    private String first = "";

    Replay(Path journal) {
      this.journal = journal;
    }

    void good(RecordChange change, LineReader lines, boolean anew) {
      if (!anew && sinceGood == 0 && change.number() > number + 1) {
        tell(
            journal,
            "the transactions " + (number + 1) + " to " + (change.number() - 1) + " are missing");
      }
      change.applyTo(tables);
      number = Math.max(number, change.number());
      journalEnd = lines.position();
      damagedLines += sinceGood;
      sinceGood = 0;
    }

    void bad(LineReader lines, DamagedLineException found) {
      sinceGood++;
      lastIsTorn = String.valueOf(found.getMessage()).equals(LineReader.BREAKS_OFF);
      first = first.isEmpty() ? "line " + lines.number() + " " + found.getMessage() : first;
    }

    /** A last line without end was never acknowledged; the high-water mark would tell if it was. */
    void end(long size) throws IOException {
      damagedLines += lastIsTorn && sinceGood > 0 ? sinceGood - 1 : sinceGood;
      if (damagedLines > 0) {
        tell(
            journal,
            first
                + "; "
                + damagedLines
                + " transactions are left out, those before and after them are served");
        keepAside(journal);
      } else if (size > journalEnd) {
        LOG.info("{} ended with half a transaction, which was never acknowledged", journal);
      }
    }
  }

  private void tell(Path file, String found) {
    damaged = true;
    problems.add(problem(clock, file, found));
  }

  static Problem problem(InstantSource clock, Path file, String found) {
    Instant now = clock.instant();
    return new Problem(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        "records/" + file.getFileName(),
        file + ": " + found,
        1,
        now,
        now);
  }

  /** For rescue: the file itself is written anew. */
  private void keepAside(Path file) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged-" + clock.millis());
    if (Files.notExists(aside)) {
      Files.copy(file, aside);
    }
  }
}
