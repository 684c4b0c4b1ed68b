package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExportImportTest {
  @TempDir private Path folder;

  private TestStores stores(String name) throws Exception {
    return new TestStores(folder.resolve("data-" + name));
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }

  @ParameterizedTest
  @EnumSource(ArchiveFormat.class)
  void exportImportExportGivesTheSameBytesInEveryFormat(ArchiveFormat format) throws Exception {
    for (ArchiveCompression compression : ArchiveCompression.values()) {
      String name = format + "-" + compression;
      TestStores first = stores("first-" + name).fill(1);
      Path one = folder.resolve("one-" + name);
      ExportReport report = first.export(new ExportOptions(one, null, null, format, compression));
      assertThat(report.samples()).isEqualTo(first.series.statistics().samples());
      assertThat(report.blobs()).isEqualTo(1);
      assertThat(report.blobsLeftOut()).isEqualTo(1);
      TestStores second = stores("second-" + name);
      ImportReport imported = second.merge(one);
      assertThat(imported.differences()).isZero();
      Path two = folder.resolve("two-" + name);
      second.export(new ExportOptions(two, null, null, format, compression));
      assertThat(TestStores.bytes(two)).isEqualTo(TestStores.bytes(one)).hasSizeGreaterThan(8);
      assertThat(second.find(RecordKind.AUDIT, "x-1")).isNull();
    }
  }

  @Test
  void everyFormatBringsTheSameContent() throws Exception {
    TestStores first = stores("first").fill(1);
    Map<String, String> expected = first.content(folder.resolve("expected"));
    for (ArchiveFormat format : ArchiveFormat.values()) {
      Path archive = folder.resolve("in-" + format);
      first.export(new ExportOptions(archive, null, null, format, ArchiveCompression.ALL));
      TestStores second = stores("second-" + format);
      second.merge(archive);
      assertThat(second.content(folder.resolve("out-" + format))).isEqualTo(expected);
    }
  }

  @Test
  void mergingIsIdempotentAndDoesNotCareAboutTheDirection() throws Exception {
    TestStores a = stores("a").fill(1);
    TestStores b = stores("b").fill(2);
    a.records.write(
        StoredMemory.rows(
            entries ->
                entries.incident(
                    TestStores.incident(
                        "i-both", TestStores.NOON.minusSeconds(90), IncidentStatus.CLOSED))));
    Path fromA = folder.resolve("from-a");
    Path fromB = folder.resolve("from-b");
    a.export(fromA);
    b.export(fromB);
    ImportReport intoB = b.merge(fromA);
    ImportReport intoA = a.merge(fromB);
    Map<String, String> merged = a.content(folder.resolve("merged-a"));
    assertThat(b.content(folder.resolve("merged-b"))).isEqualTo(merged);
    assertThat(intoA.differences()).isEqualTo(intoB.differences()).isGreaterThan(1);
    assertThat(intoB.conflicts())
        .anyMatch(
            conflict -> conflict.what().contains("i-both") && conflict.won().equals("imported"));
    assertThat(intoA.conflicts()).isNotEmpty().allMatch(conflict -> !conflict.rule().isEmpty());

    ImportReport again = a.merge(fromB);
    assertThat(again.parts()).allMatch(part -> part.added() == 0 && part.changed() == 0);
    assertThat(a.content(folder.resolve("merged-again"))).isEqualTo(merged);
  }

  @Test
  void aDryRunTellsTheSameAndChangesNothing() throws Exception {
    TestStores a = stores("a").fill(1);
    TestStores b = stores("b").fill(2);
    Path archive = folder.resolve("archive");
    a.export(archive);
    Map<String, String> before = b.content(folder.resolve("before"));
    ImportReport dry = b.run(archive, ImportMode.MERGE, true);
    assertThat(b.content(folder.resolve("after"))).isEqualTo(before);
    assertThat(b.merge(archive).parts()).isEqualTo(dry.parts());
    ImportReport replaced = b.run(archive, ImportMode.REPLACE, true);
    assertThat(replaced.notes()).anyMatch(note -> note.contains("rows of incidents"));
    assertThat(b.data).isEmptyDirectory();
  }

  @Test
  void aReplacementLeavesTheContentOfTheArchiveAndTheDiaryOfTheInstallation() throws Exception {
    TestStores a = stores("a").fill(1);
    TestStores b = stores("b").fill(2);
    Path archive = folder.resolve("archive");
    a.export(archive);
    b.run(archive, ImportMode.REPLACE, false);
    assertThat(b.content(folder.resolve("after"))).isEqualTo(TestStores.bytes(archive));
    assertThat(b.find(RecordKind.AUDIT, "x-2")).isNotNull();
    assertThat(b.records.query(query(RecordKind.PLUGIN_STATES)).records())
        .anyMatch(row -> row.json().contains("\\\"2\\\""));
    assertThat(b.data).isEmptyDirectory();
  }

  private static io.vllmmonitor.api.store.RecordQuery query(RecordKind kind) {
    return io.vllmmonitor.api.store.RecordQuery.newest(kind, 100);
  }

  @Test
  void aReplacementOfWhatCannotBeForgottenIsRefused() throws Exception {
    TestStores a = stores("a").fill(1);
    TestStores b = stores("b").fill(2);
    Path archive = folder.resolve("archive");
    a.export(archive);
    b.series.forgets = false;
    assertCode(ErrorCode.IMPORT_REFUSED, () -> b.run(archive, ImportMode.REPLACE, false));
  }

  @Test
  void aKilledReplacementIsFinishedAtTheNextStart() throws Exception {
    TestStores a = stores("a").fill(1);
    Path archive = folder.resolve("archive");
    a.export(archive);
    for (int kill = 0; kill < 4; kill++) {
      TestStores b = stores("b" + kill).fill(2);
      b.series.failAfter = b.series.appends + kill;
      assertThatThrownBy(() -> b.run(archive, ImportMode.REPLACE, false)).hasMessage("killed");
      b.series.failAfter = Integer.MAX_VALUE;
      assertThat(b.data.resolve("import.json")).exists();
      assertCode(ErrorCode.IMPORT_REFUSED, () -> b.merge(archive));
      assertThat(b.importer().recover(new ExchangeProgress()))
          .hasValueSatisfying(problem -> assertThat(problem.message()).contains("finished"));
      assertThat(b.content(folder.resolve("after-" + kill))).isEqualTo(TestStores.bytes(archive));
      assertThat(b.importer().recover(new ExchangeProgress())).isEmpty();
      assertThat(b.data).isEmptyDirectory();
    }
  }

  @Test
  void aCopyThatWasNotNotedIsThrownAwayAndTheOldStateStays() throws Exception {
    TestStores b = stores("b").fill(2);
    Map<String, String> before = b.content(folder.resolve("before"));
    Files.createDirectories(b.data.resolve("import-staged/records"));
    Files.writeString(b.data.resolve("import-staged/records/x"), "half");
    assertThat(b.importer().recover(new ExchangeProgress())).isEmpty();
    assertThat(b.data).isEmptyDirectory();
    assertThat(b.content(folder.resolve("after"))).isEqualTo(before);
  }

  @Test
  void aKilledMergeIsToldAndMendedByRunningItAgain() throws Exception {
    TestStores a = stores("a").fill(1);
    TestStores b = stores("b").fill(2);
    TestStores straight = stores("straight").fill(2);
    Path archive = folder.resolve("archive");
    a.export(archive);
    straight.merge(archive);
    b.series.failAfter = b.series.appends + 2;
    assertThatThrownBy(() -> b.merge(archive)).hasMessage("killed");
    b.series.failAfter = Integer.MAX_VALUE;
    for (int start = 0; start < 2; start++) {
      assertThat(b.importer().recover(new ExchangeProgress()))
          .hasValueSatisfying(
              problem -> assertThat(problem.message()).contains("import " + archive + " --merge"));
    }
    b.merge(archive);
    assertThat(b.importer().recover(new ExchangeProgress())).isEmpty();
    assertThat(b.content(folder.resolve("b"))).isEqualTo(straight.content(folder.resolve("s")));
  }

  @Test
  void aSpanHoldsWhatHappenedInItAndAllThatIsKnown() throws Exception {
    TestStores a = stores("a").fill(1);
    Instant from = TestStores.NOON.minusSeconds(86_400);
    Instant to = TestStores.NOON.minusSeconds(30);
    Path archive = folder.resolve("archive");
    ExportReport report =
        a.export(
            new ExportOptions(archive, from, to, ArchiveFormat.JSONL, ArchiveCompression.NONE));
    assertThat(report.samplesFrom()).isAfterOrEqualTo(from);
    assertThat(report.samplesTo()).isBefore(to);
    assertThat(report.samples())
        .isEqualTo(
            a.series.read(SeriesSelector.all(), from, to.minusMillis(1), 100_000).stream()
                .mapToLong(data -> data.size())
                .sum());
    assertThat(report.records())
        .containsEntry("incidents", 2L)
        .containsEntry("plugins", 1L)
        .doesNotContainKey("checkpoints")
        .doesNotContainKey("audit");
    assertCode(
        ErrorCode.HTTP_BAD_REQUEST,
        () -> new ExportOptions(archive, to, from, ArchiveFormat.JSONL, ArchiveCompression.NONE));
  }

  @Test
  void exportsGoOnlyWhereNothingIs() throws Exception {
    TestStores a = stores("a").fill(1);
    Path empty = Files.createDirectory(folder.resolve("empty"));
    a.export(empty);
    assertCode(ErrorCode.STORE_DIRECTORY_NOT_EMPTY, () -> a.export(empty));
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertCode(ErrorCode.STORE_DIRECTORY_NOT_EMPTY, () -> a.export(file));
    assertCode(ErrorCode.STORE_IO, () -> a.export(folder.resolve("no/such/parent")));
    assertCode(ErrorCode.IMPORT_REFUSED, () -> a.export(a.data.resolve("inside")));
    assertCode(ErrorCode.IMPORT_REFUSED, () -> a.export(folder));
    Files.createSymbolicLink(folder.resolve("link"), a.data);
    assertCode(ErrorCode.IMPORT_REFUSED, () -> a.export(folder.resolve("link/inside")));
    assertThat(a.data).isEmptyDirectory();
    ExchangeProgress cancelled = new ExchangeProgress();
    cancelled.cancel();
    assertCode(
        ErrorCode.SHUTTING_DOWN,
        () ->
            new Exporter(a.stores(), a.data, "0.1.0")
                .export(ExportOptions.everything(folder.resolve("late")), cancelled));
    assertThat(folder.resolve("late")).doesNotExist();
    assertThat(folder.resolve(".late.exporting")).doesNotExist();
  }

  @Test
  void whatAnInterruptedExportLeftIsRemovedByTheNext() throws Exception {
    TestStores a = stores("a").fill(1);
    Files.createDirectories(folder.resolve(".out.exporting/records"));
    Files.writeString(folder.resolve(".out.exporting/records/half"), "x");
    a.export(folder.resolve("out"));
    assertThat(folder.resolve(".out.exporting")).doesNotExist();
    stores("b").merge(folder.resolve("out"));
  }

  @Test
  void codeThatNeverRanHereIsRefusedUnlessTrusted() throws Exception {
    TestStores a = stores("a");
    String hash = a.blobs.put("class X {}".getBytes(UTF_8));
    a.records.write(
        StoredMemory.rows(
            entries ->
                entries.generation(TestStores.generation("stranger", hash, CodeStatus.ACTIVE))));
    Path archive = folder.resolve("archive");
    a.export(archive);
    TestStores b = stores("b");
    ImportOptions careful = new ImportOptions(archive, ImportMode.MERGE, false, CodeTrust.REFUSE);
    assertThatThrownBy(() -> b.importer().run(careful, new ExchangeProgress()))
        .hasMessageContaining("'stranger'")
        .hasMessageContaining(hash)
        .hasMessageContaining("--trust-code");
    assertThat(b.records.count(RecordKind.PLUGINS)).isZero();
    b.merge(archive);
    assertThat(b.records.count(RecordKind.PLUGINS)).isEqualTo(1);
    assertThat(b.importer().run(careful, new ExchangeProgress()).differences()).isZero();
  }

  @Test
  void anExportOfNothingIsAnArchiveToo() throws Exception {
    TestStores a = stores("a");
    a.export(folder.resolve("nothing"));
    assertThat(stores("b").merge(folder.resolve("nothing")).parts()).isEmpty();
    assertThat(TestStores.bytes(folder.resolve("nothing"))).containsOnlyKeys("manifest.json");
  }

  @Test
  void whatIsNoArchiveIsRefused() throws Exception {
    TestStores a = stores("a");
    assertCode(ErrorCode.IMPORT_REFUSED, () -> a.merge(folder.resolve("missing")));
    assertCode(
        ErrorCode.IMPORT_REFUSED,
        () -> a.merge(Files.createDirectory(folder.resolve("somewhere"))));
  }
}
