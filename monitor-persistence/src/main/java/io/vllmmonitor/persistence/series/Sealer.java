package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.PackCodec;
import io.vllmmonitor.persistence.format.TimeCodec;
import io.vllmmonitor.persistence.format.ValueCodec;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Moves rows of one target from the journal into a block: columns are written and rows deleted in
 * the same transaction. Made per transaction.
 */
final class Sealer {
  /** So many values are held at once at most. */
  private static final int MOST_CELLS = 4_000_000;

  private final Path file;
  private final SqliteSession session;
  private final JournalWriter writer;
  private final Map<Integer, SeriesKey[]> shapes;
  private final Consumer<MonitorException> damage;

  Sealer(
      Path file,
      SqliteSession session,
      JournalWriter writer,
      Map<Integer, SeriesKey[]> shapes,
      Consumer<MonitorException> damage) {
    this.file = file;
    this.session = session;
    this.writer = writer;
    this.shapes = shapes;
    this.damage = damage;
  }

  /** What is moved: sound rows, by their shapes. */
  private record Rows(List<JournalReader.Row> rows, List<double[]> values) {}

  /**
   * @param shapesOfTarget the shapes that the target ever had
   * @param mostRows how many rows are moved at most
   * @return how many rows have left the journal
   */
  int seal(String target, List<Integer> shapesOfTarget, int mostRows) throws SQLException {
    int widest = shapesOfTarget.stream().mapToInt(shape -> lengthOf(shape)).max().orElse(1);
    int most = Math.max(1, Math.min(mostRows, MOST_CELLS / Math.max(1, widest)));
    List<JournalReader.Row> found = fetch(shapesOfTarget, most);
    if (found.isEmpty()) {
      return 0;
    }
    Rows sound = decode(found);
    if (!sound.rows().isEmpty()) {
      write(target, sound);
    }
    PreparedStatement delete = session.prepare("DELETE FROM journal WHERE id = ?");
    for (JournalReader.Row row : found) {
      delete.setLong(1, row.id());
      delete.executeUpdate();
    }
    writer.waiting().computeIfPresent(target, (unused, count) -> Math.max(0, count - found.size()));
    return found.size();
  }

  private int lengthOf(int shape) {
    SeriesKey[] members = shapes.get(shape);
    return members == null ? 0 : members.length;
  }

  private List<JournalReader.Row> fetch(List<Integer> shapesOfTarget, int most)
      throws SQLException {
    List<JournalReader.Row> found = new ArrayList<>();
    PreparedStatement select =
        session.prepare(
            "SELECT id, shape, form, crc, samples FROM journal WHERE shape = ? ORDER BY id LIMIT ?");
    for (int shape : shapesOfTarget) {
      select.setInt(1, shape);
      select.setInt(2, most);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(
              new JournalReader.Row(
                  rows.getLong(1),
                  rows.getInt(2),
                  rows.getInt(3),
                  rows.getLong(4),
                  rows.getBytes(5)));
        }
      }
    }
    found.sort((a, b) -> Long.compare(a.id(), b.id()));
    return found.size() > most ? found.subList(0, most) : found;
  }

  private Rows decode(List<JournalReader.Row> found) throws SQLException {
    Rows sound = new Rows(new ArrayList<>(), new ArrayList<>());
    try (ValueCodec codec = new ValueCodec()) {
      JournalReader reader = new JournalReader(file, session, codec, shapes, damage);
      for (JournalReader.Row row : found) {
        try {
          sound.values().add(reader.values(row));
          sound.rows().add(row);
        } catch (MonitorException e) {
          damage.accept(e);
          byte[] bytes = row.samples();
          BlockTable.quarantine(
              session,
              "journal row " + row.id(),
              String.valueOf(e.getMessage()),
              bytes == null ? new byte[0] : bytes);
        }
      }
    }
    return sound;
  }

  private void write(String target, Rows sound) throws SQLException {
    List<SeriesKey> series = union(sound.rows());
    long[] times =
        sound.rows().stream()
            .mapToLong(row -> row.id() >> JournalWriter.COUNT_BITS)
            .distinct()
            .toArray();
    int[] rowOf =
        sound.rows().stream()
            .mapToInt(row -> Arrays.binarySearch(times, row.id() >> JournalWriter.COUNT_BITS))
            .toArray();
    Map<Integer, int[]> placesOfShape = placesOfShapes(sound.rows(), series);
    RowGrid grid = new RowGrid();
    PackCodec codec = new PackCodec();
    List<byte[]> packs = new ArrayList<>();
    long samples = 0;
    for (int first = 0; first < series.size(); first += Block.PACK) {
      grid.begin(Math.min(Block.PACK, series.size() - first), times.length);
      for (int i = 0; i < sound.rows().size(); i++) {
        int[] places = placesOfShape.getOrDefault(sound.rows().get(i).shape(), new int[0]);
        double[] values = sound.values().get(i);
        fill(grid, first, series.size(), places, values, rowOf[i]);
      }
      packs.add(codec.encode(grid.toColumns(), times.length));
      samples += grid.samples();
    }
    int shape = writer.shapeOf(session, target, writer.idsOf(session, series));
    long block =
        new BlockTable(file)
            .insert(
                session,
                target,
                new long[] {times[0], times[times.length - 1]},
                times.length,
                samples,
                shape,
                new TimeCodec().encode(times, times.length),
                packs);
    correctTotals(sound, samples);
    Hours.changed(session, target, times, block);
  }

  /** Samples that were there twice count once from now on. */
  private void correctTotals(Rows sound, long samples) throws SQLException {
    long before = sound.values().stream().mapToLong(values -> values.length).sum();
    PreparedStatement totals =
        session.prepare("UPDATE totals SET samples = samples + ? WHERE id = 1");
    totals.setLong(1, samples - before);
    totals.executeUpdate();
  }

  /** The order of the newest page, then whatever else there was. */
  private List<SeriesKey> union(List<JournalReader.Row> rows) {
    Map<SeriesKey, Boolean> all = new LinkedHashMap<>();
    TreeSet<Integer> used = new TreeSet<>();
    rows.forEach(row -> used.add(row.shape()));
    for (int shape : used.descendingSet()) {
      SeriesKey[] members = shapes.get(shape);
      if (members != null) {
        Arrays.stream(members).forEach(key -> all.putIfAbsent(key, true));
      }
    }
    return List.copyOf(all.keySet());
  }

  /** For each shape: which place of the shape each series of the block has; −1 for none. */
  private Map<Integer, int[]> placesOfShapes(List<JournalReader.Row> rows, List<SeriesKey> series) {
    Map<Integer, int[]> places = new HashMap<>();
    for (JournalReader.Row row : rows) {
      places.computeIfAbsent(row.shape(), shape -> placesOf(shape, series));
    }
    return places;
  }

  private int[] placesOf(int shape, List<SeriesKey> series) {
    SeriesKey[] members = shapes.getOrDefault(shape, new SeriesKey[0]);
    Map<SeriesKey, Integer> placeOf = new HashMap<>();
    IntStream.range(0, members.length).forEach(i -> placeOf.put(members[i], i));
    return series.stream().mapToInt(key -> placeOf.getOrDefault(key, -1)).toArray();
  }

  private static void fill(
      RowGrid grid, int first, int series, int[] places, double[] values, int row) {
    int end = Math.min(first + Block.PACK, series);
    for (int i = first; i < end && i < places.length; i++) {
      if (places[i] >= 0) {
        grid.put(i - first, row, values[places[i]]);
      }
    }
  }
}
