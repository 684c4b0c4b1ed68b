package io.vllmmonitor.persistence.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of released formats never change unnoticed: they are kept beside this test. */
class GoldenFormatsTest {
  private static final int ROWS = 300;

  @Test
  void aPackFromBeforeThereWereRatiosIsReadAsEver() throws IOException {
    assertReads(golden("pack-1.hex"), columns());
  }

  @Test
  void aPackOfVersionOneIsWrittenAndReadAsEver() throws IOException {
    List<PackColumn> columns = new ArrayList<>(columns());
    columns.addAll(ratios());
    byte[] golden = golden("pack-1-ratios.hex");
    assertReads(golden, columns);
    assertThat(hex(new PackCodec().encode(columns, ROWS))).isEqualTo(hex(golden));
  }

  private static void assertReads(byte[] golden, List<PackColumn> columns) {
    List<PackColumn> read = new PackCodec().decode(golden, ROWS);
    for (int place = 0; place < columns.size(); place++) {
      assertThat(Oddities.bits(read.get(place).values()))
          .isEqualTo(Oddities.bits(columns.get(place).values()));
      assertThat(read.get(place).presence()).isEqualTo(columns.get(place).presence());
    }
  }

  @Test
  void timesOfVersionOneAreWrittenAndReadAsEver() throws IOException {
    Random random = new Random(2);
    long[] times = new long[ROWS];
    for (int i = 0; i < ROWS; i++) {
      times[i] = 1_764_000_000_000L + i * 1000L + random.nextInt(5);
    }
    TimeCodec codec = new TimeCodec();
    byte[] golden = golden("times-1.hex");
    assertThat(codec.decode(golden)).isEqualTo(times);
    assertThat(hex(codec.encode(times, ROWS))).isEqualTo(hex(golden));
  }

  @Test
  void journalRowsAreWrittenAndReadAsEver() throws IOException {
    JournalRowCodec codec = new JournalRowCodec();
    double[] first = {0, 12, -3, 0.25, 0, Double.NaN, 1e6, 5, 5, 5, -0.0};
    double[] second = {0, 15, -3, 0.5, -0.0, Double.NaN, 1e6 + 300, 5, 4, 5, 0};
    byte[] key = golden("journal-row-key.hex");
    byte[] next = golden("journal-row-relative.hex");
    assertThat(hex(codec.encode(first, null))).isEqualTo(hex(key));
    assertThat(hex(codec.encode(second, first))).isEqualTo(hex(next));
    double[] read = new double[first.length];
    codec.decode(key, read);
    codec.decode(next, read);
    assertThat(Oddities.bits(read)).isEqualTo(Oddities.bits(second));
  }

  /** One column of each form. */
  private static List<PackColumn> columns() {
    Random random = new Random(1);
    List<double[]> values = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      values.add(new double[ROWS]);
    }
    for (int row = 0; row < ROWS; row++) {
      values.get(0)[row] = 7;
      values.get(1)[row] = Math.PI;
      values.get(2)[row] = (row == 0 ? 0 : values.get(2)[row - 1]) + random.nextInt(4);
      values.get(3)[row] = values.get(2)[row] + Math.floor(row / 50.0);
      values.get(4)[row] = values.get(3)[row];
      values.get(5)[row] = random.nextInt(1000) / 1000.0;
      values.get(6)[row] = row % 100 == 0 ? Double.NaN : row / 10.0;
      values.get(7)[row] = random.nextInt(5) / 7.0;
      values.get(8)[row] = random.nextDouble();
      values.get(9)[row] = row * 4096.0 * row;
    }
    List<PackColumn> columns = new ArrayList<>(values.stream().map(PackColumn::full).toList());
    long[] presence = {-1, 0, 0xff, 0, 0};
    columns.add(PackColumn.of(Arrays.copyOf(values.get(2), 72), 72, presence));
    columns.add(PackColumn.of(Arrays.copyOf(values.get(5), 72), 72, presence));
    columns.add(PackColumn.of(new double[0], 0, new long[5]));
    return columns;
  }

  /** Parts, rests, and parts with exceptions. */
  private static List<PackColumn> ratios() {
    Random random = new Random(7);
    double[] parts = new double[ROWS];
    double[] rests = new double[ROWS];
    double[] gaps = new double[ROWS];
    for (int row = 0; row < ROWS; row++) {
      parts[row] = random.nextInt(4097) / 4096.0;
      rests[row] = 1 - random.nextInt(1000) / 9973.0;
      gaps[row] = row % 90 == 3 ? Double.NaN : random.nextInt(99_991) / 99_991.0;
    }
    return List.of(PackColumn.full(parts), PackColumn.full(rests), PackColumn.full(gaps));
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream stream = GoldenFormatsTest.class.getResourceAsStream(name)) {
      assertThat(stream).as(name).isNotNull();
      String text = new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
  }

  /** In lines, so that a difference can be found. */
  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes).replaceAll(".{80}", "$0\n");
  }
}
