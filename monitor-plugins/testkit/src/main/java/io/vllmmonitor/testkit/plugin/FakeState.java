package io.vllmmonitor.testkit.plugin;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The state of one extension in memory: written through {@link StateWriter}, read through {@link
 * #reader}, compared bit for bit. Confined to one thread.
 */
public final class FakeState implements StateWriter {
  private final Map<String, Object> fields = new TreeMap<>();

  /** What this extension saves now. */
  public static FakeState savedBy(Extension extension) {
    FakeState state = new FakeState();
    extension.saveState(state);
    return state;
  }

  /** Gives this state to another instance, as the core does at start. */
  public void restoreInto(Extension extension) {
    extension.restoreState(reader(), extension.stateVersion());
  }

  /** The names of the fields, in order; a copy. */
  public Set<String> names() {
    return new TreeSet<>(fields.keySet());
  }

  /** The same state without this field. */
  FakeState without(String name) {
    FakeState less = copy();
    less.fields.remove(name);
    return less;
  }

  /** The same state with something else under this name. */
  FakeState withAnotherType(String name) {
    FakeState other = copy();
    if (fields.get(name) instanceof String) {
      other.integer(name, 7);
    } else {
      other.text(name, "seven");
    }
    return other;
  }

  /** The same state with fields that nobody knows. */
  FakeState withUnknownFields() {
    FakeState more = copy();
    more.text("testkit_unknown_text", "x");
    more.integer("testkit_unknown_integer", 1);
    more.numbers("testkit_unknown_numbers", new double[] {Double.NaN});
    return more;
  }

  private FakeState copy() {
    FakeState copy = new FakeState();
    copy.fields.putAll(fields);
    return copy;
  }

  /** Whether both hold the same fields with the same bits. */
  public boolean sameBitsAs(FakeState other) {
    return describe().equals(other.describe());
  }

  /** Every field with its type and its bits, one per line, for failure messages. */
  public String describe() {
    StringBuilder text = new StringBuilder();
    fields.forEach(
        (name, value) -> text.append(name).append(" = ").append(bits(value)).append('\n'));
    return text.toString();
  }

  private static String bits(Object value) {
    if (value instanceof Double number) {
      return "number " + Long.toHexString(Double.doubleToRawLongBits(number));
    }
    if (value instanceof double[] numbers) {
      long[] raw = Arrays.stream(numbers).mapToLong(Double::doubleToRawLongBits).toArray();
      return "numbers " + Arrays.toString(raw);
    }
    if (value instanceof byte[] bytes) {
      return "bytes " + Arrays.toString(bytes);
    }
    return value.getClass().getSimpleName() + " " + value;
  }

  @Override
  public void text(String name, String value) {
    fields.put(name, value);
  }

  @Override
  public void integer(String name, long value) {
    fields.put(name, value);
  }

  @Override
  public void number(String name, double value) {
    fields.put(name, value);
  }

  @Override
  public void flag(String name, boolean value) {
    fields.put(name, value);
  }

  @Override
  public void numbers(String name, double[] value) {
    fields.put(name, value.clone());
  }

  @Override
  public void bytes(String name, byte[] value) {
    fields.put(name, value.clone());
  }

  /** Gives the fields back. */
  public StateReader reader() {
    return new Reader(fields);
  }

  private record Reader(Map<String, Object> fields) implements StateReader {
    @Override
    public Set<String> names() {
      return Set.copyOf(fields.keySet());
    }

    @Override
    public String text(String name, String fallback) {
      return get(name, fallback);
    }

    @Override
    public long integer(String name, long fallback) {
      return get(name, fallback);
    }

    @Override
    public double number(String name, double fallback) {
      return get(name, fallback);
    }

    @Override
    public boolean flag(String name, boolean fallback) {
      return get(name, fallback);
    }

    @Override
    public double[] numbers(String name) {
      return get(name, new double[0]).clone();
    }

    @Override
    public byte[] bytes(String name) {
      return get(name, new byte[0]).clone();
    }

    @SuppressWarnings("unchecked")
    private <T> T get(String name, T fallback) {
      Object value = fields.get(name);
      return fallback.getClass().isInstance(value) ? (T) value : fallback;
    }
  }
}
