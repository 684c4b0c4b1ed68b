package io.vllmmonitor.core.script;

import org.jspecify.annotations.Nullable;

/**
 * What one guarded call of a dropped source may use. Public only because instrumented classes call
 * it; no source can name it. One meter per thread: {@link GuardedCalls} arms it before a call and
 * disarms it after. A thread that is not armed has nothing to spend.
 *
 * <p>Once exhausted, every further tick and every handler throws the same error again, so that no
 * {@code catch} and no {@code finally} keeps a call alive.
 */
public final class Budget {
  /** Nested calls. */
  static final int DEPTH = 256;

  /** Elements of one array. */
  static final int ARRAY_LENGTH = 65_536;

  /** Lines that one call may log. */
  static final int LOG_LINES = 20;

  private static final int OBJECT_BYTES = 32;

  /** An exception walks the stack when it is made. */
  private static final int THROWABLE_STEPS = 200;

  /** A text method looks at, or copies, up to {@link Guarded#LONGEST_TEXT} characters. */
  private static final int TEXT_STEPS = 50;

  /** A call of the API that takes arguments: a question to a view, a step of a builder. */
  private static final int API_STEPS = 200;

  /** A call of the API that copies a collection of at most {@link Guarded#LARGEST_COLLECTION}. */
  private static final int COPY_STEPS = 2_000;

  private static final int CHARACTERS_PER_STEP = 160;

  /** Every eighth time is often enough. */
  private static final int LOOK_MASK = 7;

  private static final Limits NOTHING = new Limits(0, 0);

  private static final ThreadLocal<Meter> METER = ThreadLocal.withInitial(Meter::new);

  private Budget() {}

  /** What is left on one thread. */
  static final class Meter {
    private int steps;
    private int looks;
    private int bytes;
    private int depth;
    private int logLines;
    private Limits limits = NOTHING;
    private @Nullable BudgetExhausted exhausted;
  }

  /** Begins a call; answers what {@link #disarm} takes. */
  static Meter arm(Limits limits) {
    Meter meter = METER.get();
    meter.limits = limits;
    meter.steps = limits.steps();
    meter.bytes = limits.bytes();
    meter.depth = 0;
    meter.logLines = 0;
    meter.exhausted = null;
    return meter;
  }

  /** Ends the call; answers how many bytes it allocated, roughly. */
  static int disarm(Meter meter) {
    int allocated = meter.limits.bytes() - Math.max(0, meter.bytes);
    // The meter stays: making one for each call would cost more than everything else here.
    meter.limits = NOTHING;
    meter.steps = 0;
    meter.bytes = 0;
    meter.exhausted = null;
    return allocated;
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
    spendMuch(METER.get(), THROWABLE_STEPS);
  }

  /** Before every call of a text method that is not constant in time. */
  public static void text() {
    spendMuch(METER.get(), TEXT_STEPS);
  }

  /** After every call of a text method that answers a text. */
  public static void made(@Nullable String text) {
    if (text != null) {
      Meter meter = METER.get();
      allocate(meter, 2 * text.length());
      spend(meter, text.length() / CHARACTERS_PER_STEP);
    }
  }

  /** After every call of the API that answers a copy of numbers. */
  public static void made(double @Nullable [] numbers) {
    if (numbers != null) {
      allocate(METER.get(), 8 * numbers.length);
    }
  }

  /** Before every call of the API that takes arguments. */
  public static void api() {
    Meter meter = METER.get();
    meter.bytes -= 4 * OBJECT_BYTES;
    meter.steps -= API_STEPS;
    // One question for all: it is asked before every question to a view.
    if ((meter.bytes | meter.steps) < 0 || (++meter.looks & LOOK_MASK) == 0) {
      allocate(meter, 0);
      spend(meter, 0);
      lookForInterrupt();
    }
  }

  /** Before every call of the API that takes a collection. */
  public static void copy() {
    Meter meter = METER.get();
    allocate(meter, 4 * OBJECT_BYTES);
    spendMuch(meter, COPY_STEPS);
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

  static void logLine() {
    Meter meter = METER.get();
    spend(meter, API_STEPS);
    if (++meter.logLines > LOG_LINES) {
      throw exhaust(meter, "more than " + LOG_LINES + " lines logged");
    }
  }

  static BudgetExhausted exhaust(String what) {
    return exhaust(METER.get(), what);
  }

  private static void spend(Meter meter, int steps) {
    meter.steps -= steps;
    if (meter.steps < 0) {
      throw exhaust(meter, "more than " + meter.limits.steps() + " steps");
    }
  }

  /** Also looks whether whoever called has lost patience; loops alone end soon enough. */
  private static void spendMuch(Meter meter, int steps) {
    if ((++meter.looks & LOOK_MASK) == 0) {
      lookForInterrupt();
    }
    spend(meter, steps);
  }

  private static void lookForInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw exhaust("more time than it had: it was interrupted");
    }
  }

  private static void allocate(Meter meter, int bytes) {
    meter.bytes -= bytes;
    if (meter.bytes < 0) {
      throw exhaust(meter, "more than " + meter.limits.bytes() + " bytes allocated");
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
