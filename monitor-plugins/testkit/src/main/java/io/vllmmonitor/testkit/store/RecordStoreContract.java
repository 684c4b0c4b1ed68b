package io.vllmmonitor.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.RecordSelection;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every record store promises. A store's test extends this and says how the store is opened;
 * JUnit runs the tests.
 */
public abstract class RecordStoreContract {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  private static final RecordKind INCIDENTS = RecordKind.INCIDENTS;

  private RecordStore store;

  /**
   * Opens the store. The first call of a test opens an empty one; a later call, made after closing,
   * opens what a durable store kept.
   */
  protected abstract RecordStore open() throws Exception;

  /** Closes whatever {@link #open} opened besides the store; called after each close. */
  protected void afterClose() throws Exception {}

  @BeforeEach
  final void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  final void closeStore() throws Exception {
    store.close();
    afterClose();
  }

  private void reopen() throws Exception {
    assumeThat(store.capabilities()).contains(Capability.DURABLE);
    closeStore();
    store = open();
  }

  private static StoredRecord incident(String id, int second, String target, String status) {
    return new StoredRecord(
        INCIDENTS,
        id,
        NOON.plusSeconds(second),
        target,
        Map.of("status", status),
        "{\"id\":\"" + id + "\"}");
  }

  private static RecordQuery query(
      @Nullable String target,
      @Nullable Instant from,
      @Nullable Instant to,
      Map<String, String> columns) {
    return new RecordQuery(INCIDENTS, target, from, to, columns, 100, null);
  }

  private List<String> ids(RecordQuery query) {
    return store.query(query).records().stream().map(StoredRecord::id).toList();
  }

  private static RecordQuery page(int limit, @Nullable String cursor) {
    return new RecordQuery(INCIDENTS, null, null, null, Map.of(), limit, cursor);
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void everyFieldOfEveryKindComesBack() throws Exception {
    List<StoredRecord> rows = new ArrayList<>();
    for (RecordKind kind : RecordKind.values()) {
      Map<String, String> columns = new HashMap<>();
      kind.columns().forEach(column -> columns.put(column, "value of '" + column + "'"));
      rows.add(
          new StoredRecord(
              kind, "full", NOON.plusNanos(1_999_999), "gpu1:8000", columns, "{\"ü\":\"€ \\n\"}"));
      rows.add(new StoredRecord(kind, "bare", NOON, null, Map.of(), "{}"));
    }
    store.write(rows);
    assertAllThere(rows);
    reopen();
    assertAllThere(rows);
  }

  private void assertAllThere(List<StoredRecord> rows) {
    for (StoredRecord row : rows) {
      assertThat(store.find(row.kind(), row.id())).contains(row);
      assertThat(store.count(row.kind())).isEqualTo(2);
      assertThat(store.query(RecordQuery.newest(row.kind(), 10)).records()).contains(row);
    }
  }

  @Test
  void timesAreKeptToTheMillisecond() {
    store.write(
        List.of(new StoredRecord(INCIDENTS, "a", NOON.plusNanos(1_999_999), null, Map.of(), "{}")));
    assertThat(store.find(INCIDENTS, "a").orElseThrow().at()).isEqualTo(NOON.plusMillis(1));
  }

  @Test
  void aRowOfTheSameIdReplacesTheOlderOne() {
    store.write(List.of(incident("a", 0, "t", "OPEN"), incident("b", 1, "t", "OPEN")));
    StoredRecord closed = incident("a", 5, "u", "CLOSED");
    store.write(List.of(closed));

    assertThat(store.find(INCIDENTS, "a")).contains(closed);
    assertThat(store.count(INCIDENTS)).isEqualTo(2);
    assertThat(ids(page(10, null))).containsExactly("a", "b");
    assertThat(ids(query("t", null, null, Map.of()))).containsExactly("b");
  }

  @Test
  void replacingTakesColumnsAndTargetAwayToo() {
    store.write(List.of(incident("a", 0, "t", "OPEN")));
    StoredRecord bare = new StoredRecord(INCIDENTS, "a", NOON, null, Map.of(), "{}");
    store.write(List.of(bare));
    assertThat(store.find(INCIDENTS, "a")).contains(bare);
    assertThat(ids(query(null, null, null, Map.of("status", "OPEN")))).isEmpty();
  }

  @Test
  void theSameIdMayOccurInOtherKinds() {
    store.write(
        List.of(
            incident("a", 0, "t", "OPEN"),
            new StoredRecord(RecordKind.CHECKPOINTS, "a", NOON, null, Map.of(), "{}")));
    assertThat(store.count(INCIDENTS)).isEqualTo(1);
    assertThat(store.count(RecordKind.CHECKPOINTS)).isEqualTo(1);
    assertThat(store.count(RecordKind.PROBLEMS)).isZero();
    assertThat(store.find(RecordKind.PROBLEMS, "a")).isEmpty();
  }

  @Test
  void theLastOfTwoRowsOfOneIdInOneWriteWins() {
    store.write(List.of(incident("a", 0, "t", "OPEN"), incident("a", 0, "t", "CLOSED")));
    assertThat(store.find(INCIDENTS, "a").orElseThrow().columns())
        .containsEntry("status", "CLOSED");
  }

  @Test
  void aWriteThatFailsStoresNothing() {
    List<StoredRecord> withHole = Arrays.asList(incident("a", 0, "t", "OPEN"), null);
    assertThatThrownBy(() -> store.write(withHole)).isInstanceOf(NullPointerException.class);
    assertThat(store.count(INCIDENTS)).isZero();
    store.write(List.of());
    assertThat(store.count(INCIDENTS)).isZero();
  }

  @Test
  void pagesComeNewestFirstByTimeThenId() {
    store.write(
        List.of(
            incident("b", 1, "t", "OPEN"),
            incident("a", 1, "t", "OPEN"),
            incident("z", 0, "t", "OPEN"),
            incident("c", 2, "t", "OPEN")));
    assertThat(ids(page(10, null))).containsExactly("c", "b", "a", "z");
  }

  @Test
  void cursorsLeadThroughAllRowsWhileNewOnesAreWritten() {
    IntStream.range(0, 25)
        .forEach(i -> store.write(List.of(incident("i" + i / 10 + i % 10, i / 3, "t", "OPEN"))));
    List<String> all = ids(page(100, null));
    List<String> walked = new ArrayList<>();
    String cursor = null;
    int pages = 0;
    do {
      RecordPage page = store.query(page(4, cursor));
      page.records().forEach(row -> walked.add(row.id()));
      store.write(List.of(incident("new" + pages, 1000 + pages, "t", "OPEN")));
      cursor = page.next();
      pages++;
    } while (cursor != null);
    assertThat(walked).isEqualTo(all).hasSize(25);
    assertThat(pages).isEqualTo(7);
  }

  @Test
  void theLastPageHasNoCursor() {
    store.write(List.of(incident("a", 0, "t", "OPEN"), incident("b", 0, "t", "OPEN")));
    assertThat(store.query(page(2, null)).next()).isNull();
    assertThat(store.query(page(1, null)).next()).isNotNull();
    assertThat(store.query(RecordQuery.newest(RecordKind.PLUGINS, 1)).next()).isNull();
  }

  @Test
  void cursorsSurviveReopening() throws Exception {
    store.write(List.of(incident("a", 0, "t", "OPEN"), incident("b", 0, "t", "OPEN")));
    String cursor = store.query(page(1, null)).next();
    reopen();
    assertThat(ids(page(1, cursor))).containsExactly("a");
  }

  @Test
  void aCursorOfSomeoneElseIsRefused() {
    store.write(List.of(incident("a", 0, "t", "OPEN"), incident("b", 0, "t", "OPEN")));
    String good = store.query(page(1, null)).next();
    for (String bad : List.of("", "x", "!!!", "bm90aGluZw", "12", "a".repeat(10_000))) {
      assertCode(ErrorCode.CURSOR_INVALID, () -> store.query(page(1, bad)));
    }
    assertCode(
        ErrorCode.CURSOR_INVALID,
        () ->
            store.query(new RecordQuery(RecordKind.PROBLEMS, null, null, null, Map.of(), 1, good)));
  }

  @Test
  void filtersNarrowByTargetSpanAndColumns() {
    store.write(
        List.of(
            incident("a", 0, "t", "OPEN"),
            incident("b", 1, "t", "CLOSED"),
            incident("c", 2, "u", "OPEN"),
            new StoredRecord(INCIDENTS, "d", NOON.plusSeconds(3), null, Map.of(), "{}")));
    assertThat(ids(query("t", null, null, Map.of()))).containsExactly("b", "a");
    assertThat(ids(query(null, null, null, Map.of("status", "OPEN")))).containsExactly("c", "a");
    assertThat(ids(query("t", null, null, Map.of("status", "OPEN")))).containsExactly("a");
    assertThat(ids(query(null, null, null, Map.of("status", "' OR 1=1 --")))).isEmpty();
    assertThat(ids(query(null, NOON.plusSeconds(1), NOON.plusSeconds(3), Map.of())))
        .as("from is inclusive, to is exclusive")
        .containsExactly("c", "b");
    assertThat(ids(query(null, NOON.plusNanos(1), NOON.plusSeconds(1).plusNanos(1), Map.of())))
        .as("rows are on whole milliseconds, spans need not be")
        .containsExactly("b");
    assertThat(ids(query(null, Instant.MIN, Instant.MAX, Map.of()))).hasSize(4);
  }

  @Test
  void filtersHoldAcrossPages() {
    for (int i = 0; i < 10; i++) {
      store.write(List.of(incident("i" + i, i, i % 2 == 0 ? "even" : "odd", "OPEN")));
    }
    RecordPage first =
        store.query(new RecordQuery(INCIDENTS, "even", null, null, Map.of(), 3, null));
    RecordPage second =
        store.query(new RecordQuery(INCIDENTS, "even", null, null, Map.of(), 3, first.next()));
    assertThat(
            Stream.concat(first.records().stream(), second.records().stream())
                .map(StoredRecord::id))
        .containsExactly("i8", "i6", "i4", "i2", "i0");
    assertThat(second.next()).isNull();
  }

  @Test
  void unknownColumnsAreRefused() {
    assertThatThrownBy(
            () -> new StoredRecord(INCIDENTS, "a", NOON, null, Map.of("colour", "red"), "{}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("colour");
    assertThatThrownBy(() -> store.query(query(null, null, null, Map.of("colour", "red"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("colour");
  }

  @Test
  void aClosedStoreSaysSo() {
    store.close();
    store.close();
    assertCode(ErrorCode.STORE_CLOSED, () -> store.write(List.of(incident("a", 0, "t", "OPEN"))));
    assertCode(ErrorCode.STORE_CLOSED, () -> store.find(INCIDENTS, "a"));
    assertCode(ErrorCode.STORE_CLOSED, () -> store.query(page(1, null)));
    assertCode(ErrorCode.STORE_CLOSED, () -> store.count(INCIDENTS));
  }

  @Test
  void aSnapshotDoesNotSeeWhatIsWrittenMeanwhile() {
    store.write(List.of(incident("a", 1, "gpu1:8000", "OPEN")));
    RecordReader[] escaped = new RecordReader[1];
    List<String> seen =
        store.snapshot(
            reader -> {
              escaped[0] = reader;
              assertThat(reader.count(INCIDENTS)).isEqualTo(1);
              assertThat(reader.find(INCIDENTS, "a")).isPresent();
              return reader.query(page(10, null)).records().stream().map(StoredRecord::id).toList();
            });
    assertThat(escaped[0]).isNotNull();
    assertThat(seen).containsExactly("a");
  }

  @Test
  void writersAreNotSeenByASnapshotThatBeganBefore() throws Exception {
    store.write(List.of(incident("a", 1, "gpu1:8000", "OPEN")));
    List<Long> counts =
        store.snapshot(
            reader -> {
              Thread writer =
                  new Thread(() -> store.write(List.of(incident("b", 2, "gpu1:8000", "OPEN"))));
              writer.start();
              join(writer, 200); // a store may make the writer wait, or let it go on
              return List.of(reader.count(INCIDENTS), reader.count(INCIDENTS));
            });
    assertThat(counts).containsExactly(1L, 1L);
    awaitCount(2);
  }

  private static void join(Thread thread, long millis) {
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void awaitCount(long wanted) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (store.count(INCIDENTS) != wanted && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(store.count(INCIDENTS)).isEqualTo(wanted);
  }

  @Test
  void aSelectionHoldsWhatIsWantedNewestFirstAndGoesOn() {
    List<StoredRecord> rows = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      rows.add(incident("i%04d".formatted(i), i / 2, "gpu1:8000", i % 7 == 0 ? "OPEN" : "CLOSED"));
    }
    store.write(rows);
    List<String> wanted =
        rows.stream()
            .filter(row -> row.columns().containsValue("OPEN"))
            .map(StoredRecord::id)
            .sorted(Comparator.reverseOrder())
            .toList();
    for (int limit : new int[] {1, 10, 1_000, 10_000}) {
      List<String> found = new ArrayList<>();
      @Nullable String cursor = null;
      do {
        RecordSelection selection =
            store.select(page(limit, cursor), row -> row.columns().containsValue("OPEN"));
        assertThat(selection.records()).hasSizeLessThanOrEqualTo(limit);
        assertThat(selection.damaged()).isEmpty();
        selection.records().forEach(row -> found.add(row.id()));
        cursor = selection.next();
      } while (cursor != null);
      assertThat(found).isEqualTo(wanted);
    }
    assertThat(store.select(page(10, null), row -> false))
        .isEqualTo(new RecordSelection(List.of(), List.of(), null));
    assertThat(store.select(page(1_500, null), row -> true).next()).isNull();
    assertCode(ErrorCode.CURSOR_INVALID, () -> store.select(page(10, "mine"), row -> true));
  }

  @Test
  void aSnapshotSelectsToo() {
    store.write(List.of(incident("a", 1, "gpu1:8000", "OPEN")));
    assertThat(
            store.<Integer>snapshot(
                reader -> reader.select(page(10, null), row -> true).records().size()))
        .isEqualTo(1);
  }

  @Test
  void replacedKindsHoldTheNewRowsOnly() throws Exception {
    StoredRecord kept = new StoredRecord(RecordKind.AUDIT, "kept", NOON, null, Map.of(), "{}");
    store.write(
        List.of(
            incident("a", 1, "gpu1:8000", "OPEN"), incident("b", 2, "gpu1:8000", "OPEN"), kept));
    StoredRecord replacement = incident("b", 3, "gpu1:8000", "CLOSED");
    store.replace(
        Set.of(INCIDENTS, RecordKind.CHECKPOINTS),
        List.of(incident("b", 4, "gpu1:8000", "OPEN"), replacement).iterator());
    assertThat(store.query(page(10, null)).records()).containsExactly(replacement);
    assertThat(store.find(RecordKind.AUDIT, "kept")).contains(kept);
    reopen();
    assertThat(store.query(page(10, null)).records()).containsExactly(replacement);
  }

  @Test
  void aReplacementThatFailsChangesNothing() {
    StoredRecord there = incident("a", 1, "gpu1:8000", "OPEN");
    store.write(List.of(there));
    StoredRecord other = new StoredRecord(RecordKind.AUDIT, "x", NOON, null, Map.of(), "{}");
    assertThatThrownBy(
            () ->
                store.replace(
                    Set.of(INCIDENTS),
                    List.of(incident("b", 2, "gpu1:8000", "OPEN"), other).iterator()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(store.query(page(10, null)).records()).containsExactly(there);
    assertThat(store.count(RecordKind.AUDIT)).isZero();
  }
}
