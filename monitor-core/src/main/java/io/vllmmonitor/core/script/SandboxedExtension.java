package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.SOURCE_MEMORY;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import org.jspecify.annotations.Nullable;

/**
 * An extension of a dropped source as the core sees it: every call has a fresh budget, null is no
 * answer, and nothing but {@code MonitorException} comes out. From time to time it measures what
 * the source keeps between calls, and lets the instance go for good when that is too much. As
 * thread-confined as any extension.
 */
abstract class SandboxedExtension<E extends Extension> implements Extension {
  private final GuardedCalls calls;
  private final RetainedMemory memory;
  private final String id;
  private @Nullable E source;

  SandboxedExtension(E source, GuardedCalls calls) {
    this.source = source;
    this.calls = calls;
    this.memory = new RetainedMemory(source, SourceClassLoader.classesBeside(source));
    this.id = answer("id()", Extension::id);
  }

  /** A call of the source that answers something. */
  interface Asking<E, T> {
    @Nullable T of(E source);
  }

  /** A call of the source that answers nothing. */
  interface Telling<E> {
    void to(E source);
  }

  /**
   * Asks the source under a fresh budget.
   *
   * @param what the method, for messages, such as {@code check()}
   * @throws MonitorException GUARDRAIL_BUDGET_EXHAUSTED; GUARDRAIL_EVALUATION when it throws or
   *     answers null; SOURCE_MEMORY once it kept too much
   */
  final <T> T answer(String what, Asking<E, T> asking) {
    E asked = source;
    if (asked == null) {
      throw keptTooMuch();
    }
    T answer =
        calls.answer(
            what,
            () -> {
              T made = asking.of(asked);
              if (made == null) {
                throw new IllegalStateException(what + " answered null");
              }
              return made;
            },
            memory::allocated);
    if (memory.isExceeded()) {
      source = null;
      throw keptTooMuch();
    }
    return answer;
  }

  /** Tells the source something, under the same rules. */
  final void tell(String what, Telling<E> telling) {
    Boolean unused =
        answer(
            what,
            asked -> {
              telling.to(asked);
              return Boolean.TRUE;
            });
  }

  private MonitorException keptTooMuch() {
    return new MonitorException(
        SOURCE_MEMORY,
        Blame.PLUGIN,
        calls.file()
            + ": an instance kept more than "
            + (RetainedMemory.MOST_BYTES >> 20)
            + " MiB between its calls and was let go; remove old entries from its collections and"
            + " drop it again");
  }

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final int stateVersion() {
    return answer("stateVersion()", Extension::stateVersion);
  }

  @Override
  public final void saveState(StateWriter state) {
    tell("saveState()", asked -> asked.saveState(state));
  }

  @Override
  public final void restoreState(StateReader state, int fromVersion) {
    tell("restoreState()", asked -> asked.restoreState(state, fromVersion));
  }

  @Override
  public final ConfigSpec configSpec() {
    return answer("configSpec()", Extension::configSpec);
  }

  @Override
  public final void close() {
    if (source != null) {
      tell("close()", Extension::close);
    }
  }
}
