package io.vllmmonitor.persistence.series;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.LineReader;
import io.vllmmonitor.persistence.json.MarkFile;
import io.vllmmonitor.persistence.json.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads all that the files of samples of the JSON back end hold, day by day. Called by
 * verification, from one thread; changes nothing.
 */
public final class JsonDayCheck {
  /** Told what is there, file by file. */
  public interface Findings {
    /** Before each file; the work ends when this throws. */
    void begin(Path file);

    /** Every now and then; the work ends when this throws. */
    void look();

    /** A file, or a line of it, is not what was written. */
    void found(Path file, String what);

    /** A file that cannot be read at all, with its own words on what to do. */
    void failed(Path file, MonitorException failure);

    /** Worth knowing, and no damage. */
    void note(Path file, String what);
  }

  private static final long LINES_BETWEEN_LOOKS = 1_000;

  private final Path folder;
  private final Findings findings;
  private long lines;

  /**
   * @param folder such as {@code metrics} in the data directory
   */
  public JsonDayCheck(Path folder, Findings findings) {
    this.folder = requireNonNull(folder, "folder");
    this.findings = requireNonNull(findings, "findings");
  }

  /**
   * What was read of a day. Immutable.
   *
   * @param batches lines of the growing file that were not sealed yet
   * @param sealedLines lines of samples in sealed files, one for each series of a file
   * @param samples in both
   */
  public record Counts(long batches, long sealedLines, long samples) {}

  /**
   * The days that have files, since 1970; files that were never finished are noted.
   *
   * @throws MonitorException STORE_IO when the folder cannot be listed
   */
  public SortedSet<Long> days() {
    SortedSet<Long> days = new TreeSet<>();
    for (Path file : list("")) {
      String name = file.getFileName().toString();
      JsonFileName.parse(name).ifPresent(parsed -> days.add(parsed.day()));
      if (name.endsWith(WholeFile.UNFINISHED)) {
        findings.note(file, "is being made, or was cut off; the next start takes it away");
      }
    }
    return days;
  }

  private List<Path> list(String prefix) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "listed", e);
    }
  }

  /** The files of a day, as they lie there. */
  private static final class DayFiles {
    private final List<Map.Entry<JsonFileName, Path>> sealed = new ArrayList<>();
    private @Nullable Path tail;
  }

  /**
   * Checks the files of a day. Called while none of them is rewritten or deleted; lines may be
   * appended meanwhile.
   *
   * @throws MonitorException STORE_IO when the folder cannot be listed
   */
  public Counts check(long day) {
    Path markPath = folder.resolve(JsonFileName.mark(day));
    boolean marked = Files.exists(markPath);
    MarkFile.Seen mark = new MarkFile(markPath).look(); // before the lines that it tells of
    DayFiles files = filesOf(day);
    long series = 0;
    long samples = 0;
    long last = 0;
    for (Map.Entry<JsonFileName, Path> file : files.sealed) {
      JsonFileName name = file.getKey();
      if (name.last() <= last) {
        findings.note(
            file.getValue(),
            "lies within a merged file; it goes with its last reader, or at the" + " next start");
        continue;
      }
      if (name.first() > last + 1) {
        tellGap(day, last + 1, name.first() - 1, file.getValue());
      }
      last = name.last();
      SealedFileCheck check = sealed(day, file.getValue());
      series += check.series();
      samples += check.samples();
    }
    Path tail = folder.resolve(JsonFileName.tail(day));
    TailCheck check =
        new TailCheck(
            tail,
            day,
            last,
            this::onLine,
            what -> findings.found(tail, what),
            what -> findings.note(tail, what));
    if (files.tail != null) {
      run(tail, check::run);
    }
    Path told = mark.unusable() == null ? tail : markPath;
    mark.lossAgainst(check.last()).ifPresent(loss -> findings.found(told, loss));
    if (!marked && check.last() > 0) {
      findings.note(markPath, "is not there; a loss at the end of the day would go unseen");
    }
    return new Counts(check.batches(), series, samples + check.samples());
  }

  /** Sealed files in the order of their first lines, the longer one of two first. */
  private DayFiles filesOf(long day) {
    DayFiles files = new DayFiles();
    for (Path file : list(LocalDate.ofEpochDay(day) + ".")) {
      JsonFileName name = JsonFileName.parse(file.getFileName().toString()).orElse(null);
      if (name != null && name.kind() == JsonFileName.Kind.SEALED) {
        files.sealed.add(Map.entry(name, file));
      } else if (name != null && name.kind() == JsonFileName.Kind.TAIL) {
        files.tail = file;
      }
    }
    files.sealed.sort(
        Comparator.comparingLong((Map.Entry<JsonFileName, Path> file) -> file.getKey().first())
            .thenComparing(file -> file.getKey().last(), Comparator.reverseOrder()));
    return files;
  }

  private void tellGap(long day, long first, long last, Path next) {
    boolean compressed = next.getFileName().toString().endsWith(LineReader.COMPRESSED);
    findings.found(
        folder.resolve(JsonFileName.sealed(day, first, last, compressed)),
        "is missing, in one file or several: the lines "
            + first
            + " to "
            + last
            + " are in no other file");
  }

  private SealedFileCheck sealed(long day, Path file) {
    SealedFileCheck check =
        new SealedFileCheck(file, day, this::onLine, what -> findings.found(file, what));
    run(file, check::run);
    return check;
  }

  /** The reading of one file. */
  private interface Reading {
    void run() throws IOException;
  }

  private void run(Path file, Reading reading) {
    findings.begin(file);
    try {
      reading.run();
    } catch (IOException e) {
      findings.failed(file, JsonFailures.translate(file, "read", e));
    } catch (MonitorException e) {
      findings.failed(file, e);
    }
  }

  private void onLine() {
    if (++lines % LINES_BETWEEN_LOOKS == 0) {
      findings.look();
    }
  }
}
