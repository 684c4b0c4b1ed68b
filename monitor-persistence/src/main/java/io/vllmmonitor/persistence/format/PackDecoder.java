package io.vllmmonitor.persistence.format;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads packs: the wanted columns and those that they are told against. Reused. */
final class PackDecoder {
  private final PackDirectory directory = new PackDirectory();
  private final ByteReader reader = new ByteReader();
  private final ByteReader body = new ByteReader();
  private final Crc crc = new Crc();
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final @Nullable WholeNumbers[] whole = new WholeNumbers[PackCodec.MOST_COLUMNS];
  private final boolean[] done = new boolean[PackCodec.MOST_COLUMNS];
  private final @Nullable String[] damage = new String[PackCodec.MOST_COLUMNS];
  private byte[] padded = new byte[0];
  private double[] values = new double[0];

  /** Ready. */
  PackDecoder() {}

  void decode(byte[] pack, int rows, boolean[] wanted, ColumnSink sink) {
    if (padded.length < pack.length + BitReader.PADDING) {
      padded = new byte[pack.length * 2 + BitReader.PADDING];
    }
    System.arraycopy(pack, 0, padded, 0, pack.length);
    directory.read(reader.on(padded, 0, pack.length), rows);
    if (values.length < rows) {
      values = new double[rows];
    }
    Arrays.fill(done, 0, directory.columns, false);
    for (int place = 0; place < directory.columns && place < wanted.length; place++) {
      if (wanted[place]) {
        give(place, sink);
      }
    }
  }

  private void give(int place, ColumnSink sink) {
    int count = directory.counts[place];
    int kind = directory.kind[place];
    if (kind == PackDirectory.WHOLE_CONSTANT || kind == PackDirectory.RAW_CONSTANT) {
      Arrays.fill(values, 0, count, directory.constants[place]);
    } else if (kind != PackDirectory.EMPTY) {
      String reason = read(directory.root[place]);
      if (reason != null) {
        sink.damaged(place, reason);
        return;
      }
      Scaling.toValues(wholeOf(directory.root[place]), values);
    }
    sink.column(place, values, count, directory.presence(place));
  }

  /** Reads the numbers of a column; tells why where that is not possible. */
  private @Nullable String read(int place) {
    if (!done[place]) {
      done[place] = true;
      try {
        damage[place] = readBody(place);
      } catch (DamagedBytesException e) {
        damage[place] = e.getMessage();
      } catch (IndexOutOfBoundsException e) {
        damage[place] = "It is read beyond its end: " + e.getMessage();
      }
    }
    return damage[place];
  }

  private @Nullable String readBody(int place) {
    int at = directory.bodyAt[place];
    int length = directory.bodyLength[place];
    body.on(padded, at, at + length + Crc.BYTES);
    body.skip(length);
    crc.check(body, at, "Its body");
    WholeNumbers reference = null;
    if (length > 0 && ColumnDecoder.needsReference(padded[at])) {
      int before = place == 0 ? 0 : directory.root[place - 1];
      if (place == 0 || directory.kind[before] != PackDirectory.BODY) {
        return "It is told against a column that is none";
      }
      String reason = read(before);
      if (reason != null) {
        return "It is told against a damaged column: " + reason;
      }
      reference = wholeOf(before);
    }
    body.on(padded, at, at + length);
    WholeNumbers own = wholeOf(place);
    decoder.read(body, directory.counts[place], reference, own);
    if (own.form == WholeNumbers.DICTIONARY) {
      own.requireEntries();
    }
    return null;
  }

  private WholeNumbers wholeOf(int place) {
    WholeNumbers known = whole[place];
    if (known == null) {
      known = new WholeNumbers();
      whole[place] = known;
    }
    return known;
  }
}
