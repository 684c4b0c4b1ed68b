package io.vllmmonitor.persistence.verify;

import static java.util.Objects.requireNonNull;

import java.util.function.Consumer;

/** Who works in a directory while it is verified. Immutable. */
public final class Usage {
  private final boolean atRest;
  private final Consumer<Runnable> whileFilesStay;

  private Usage(boolean atRest, Consumer<Runnable> whileFilesStay) {
    this.atRest = atRest;
    this.whileFilesStay = requireNonNull(whileFilesStay, "whileFilesStay");
  }

  /** Nobody: the caller has locked it and no store in it is open, or it is a backup. */
  public static Usage atRest() {
    return new Usage(true, Runnable::run);
  }

  /**
   * A store in it is open.
   *
   * @param whileFilesStay runs work while none of the files is rewritten or deleted, though they
   *     may be appended to; asked for short parts of the work
   */
  public static Usage open(Consumer<Runnable> whileFilesStay) {
    return new Usage(false, whileFilesStay);
  }

  boolean isAtRest() {
    return atRest;
  }

  void whileFilesStay(Runnable work) {
    whileFilesStay.accept(work);
  }
}
