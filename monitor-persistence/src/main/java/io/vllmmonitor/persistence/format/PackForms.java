package io.vllmmonitor.persistence.format;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tells of a pack which of its bytes serve which encoding, for people who ask where the space goes.
 * Called by the benchmark of sizes. Stateless.
 */
public final class PackForms {
  private static final int ROWS_AT = 2;
  private static final List<String> FORMS = List.of("raw bits", "decimals", "dictionary", "ratios");

  private PackForms() {}

  /**
   * Some bytes of a pack.
   *
   * @param encoding in words; {@code heads} for what leads the columns
   * @param samples how many values these bytes give; 0 for heads
   */
  public record Part(String encoding, long samples, long bytes) {
    public Part {
      requireNonNull(encoding, "encoding");
    }
  }

  /**
   * The parts of a pack, one a column and one for its head; their bytes are those of the pack.
   *
   * @throws DamagedBytesException when its head cannot be read
   */
  public static List<Part> of(byte[] pack) {
    byte[] padded = Arrays.copyOf(pack, pack.length + BitReader.PADDING);
    int rows = (padded[ROWS_AT] & 0xff) | (padded[ROWS_AT + 1] & 0xff) << 8;
    PackDirectory directory = new PackDirectory();
    directory.read(new ByteReader().on(padded, 0, pack.length), rows);
    List<Part> parts = new ArrayList<>();
    long head = pack.length;
    for (int place = 0; place < directory.columns; place++) {
      boolean isBody = directory.kind[place] == PackDirectory.BODY;
      long bytes = isBody ? directory.bodyLength[place] + (long) Crc.BYTES : 0;
      head -= bytes;
      parts.add(new Part(encoding(directory, place, padded), directory.counts[place], bytes));
    }
    parts.add(new Part("heads", 0, head));
    return parts;
  }

  private static String encoding(PackDirectory directory, int place, byte[] pack) {
    return switch (directory.kind[place]) {
      case PackDirectory.WHOLE_CONSTANT, PackDirectory.RAW_CONSTANT -> "constant";
      case PackDirectory.SAME -> "same as another column";
      case PackDirectory.EMPTY -> "empty";
      default -> {
        int flags = pack[directory.bodyAt[place]];
        String against = (flags & ColumnBody.MINUS) != 0 ? ", less the column before" : "";
        yield FORMS.get(flags & ColumnBody.FORM_MASK) + against;
      }
    };
  }
}
