package io.vllmmonitor.core.script;

import org.jspecify.annotations.Nullable;

/**
 * What one guarded call of a dropped source may use. Public only because instrumented classes call
 * it; no source can name it. One meter per thread: {@link SandboxedGuardrail} arms it before a call
 * and disarms it after. A thread that is not armed has nothing to spend.
 *
 * <p>Once exhausted, every further tick and every handler throws the same error again, so that no
 * {@code catch} and no {@code finally} keeps a call alive.
 */
public final class Budget {
  /** Backward jumps, method entries, and the weight of calls whose cost grows with their input. */
  static final int STEPS = 1_000_000;

  /** Nested calls. */
  static final int DEPTH = 256;

  /** Elements of one array. */
  static final int ARRAY_LENGTH = 65_536;

  /** Bytes allocated in one call, roughly. */
  static final int ALLOCATION_BYTES = 8 << 20;

  private static final int OBJECT_BYTES = 32;

  /** An exception walks the stack when it is made. */
  private static final int THROWABLE_STEPS = 200;

  /** A text method looks at, or copies, up to {@link Guarded#LONGEST_TEXT} characters. */
  private static final int TEXT_STEPS = 50;

  private static final ThreadLocal<Meter> METER = ThreadLocal.withInitial(Meter::new);

  private Budget() {}

  /** What is left on one thread. */
  private static final class Meter {
    private int steps;
    private int bytes;
    private int depth;
    private @Nullable BudgetExhausted exhausted;
  }

  static void arm() {
    Meter meter = METER.get();
    meter.steps = STEPS;
    meter.bytes = ALLOCATION_BYTES;
    meter.depth = 0;
    meter.exhausted = null;
  }

  static void disarm() {
    METER.remove();
  }

  /** At the entry of every method; answers the depth that it runs at. */
  public static int enter() {
    Meter meter = METER.get();
    spend(meter, 1);
    if (++meter.depth > DEPTH) {
      throw exhaust(meter, "more than " + DEPTH + " nested calls");
    }
    return meter.depth;
  }

  /** Before every return. */
  public static void exit(int depth) {
    METER.get().depth = depth - 1;
  }

  /** Before every backward jump. */
  public static void step() {
    spend(METER.get(), 1);
  }

  /** First thing in every handler: an exhausted call is over, whatever the handler wants. */
  public static void caught(Throwable thrown, int depth) {
    Meter meter = METER.get();
    if (meter.exhausted != null) {
      throw meter.exhausted;
    }
    if (thrown instanceof VirtualMachineError) {
      throw exhaust(meter, "the virtual machine gave up: " + thrown.getClass().getSimpleName());
    }
    meter.depth = depth;
    spend(meter, THROWABLE_STEPS);
  }

  /** Before every {@code new} of something thrown. */
  public static void throwable() {
    spend(METER.get(), THROWABLE_STEPS);
  }

  /** Before every call of a text method that is not constant in time. */
  public static void text() {
    spend(METER.get(), TEXT_STEPS);
  }

  /** Before every array allocation. */
  public static void array(int length) {
    Meter meter = METER.get();
    if (length > ARRAY_LENGTH) {
      throw exhaust(meter, "an array of " + length + " elements; at most " + ARRAY_LENGTH);
    }
    allocate(meter, Math.max(0, length) * 8);
  }

  /** Before every {@code new}. */
  public static void object() {
    allocate(METER.get(), OBJECT_BYTES);
  }

  static void spend(int steps) {
    spend(METER.get(), steps);
  }

  static void allocate(int bytes) {
    allocate(METER.get(), bytes);
  }

  static BudgetExhausted exhaust(String what) {
    return exhaust(METER.get(), what);
  }

  private static void spend(Meter meter, int steps) {
    meter.steps -= steps;
    if (meter.steps < 0) {
      throw exhaust(meter, "more than " + STEPS + " steps");
    }
  }

  private static void allocate(Meter meter, int bytes) {
    meter.bytes -= bytes;
    if (meter.bytes < 0) {
      throw exhaust(meter, "more than " + ALLOCATION_BYTES + " bytes allocated");
    }
  }

  private static BudgetExhausted exhaust(Meter meter, String what) {
    meter.steps = -1;
    if (meter.exhausted == null) {
      meter.exhausted = new BudgetExhausted(what);
    }
    return meter.exhausted;
  }
}
