package io.vllmmonitor.api.extension;

import io.vllmmonitor.api.config.ConfigSpec;

/**
 * One thing that a plugin or a dropped source contributes. The core makes it (through {@code
 * MonitorPlugin} or the constructor of a dropped source), restores its state, calls it from one
 * thread at a time, saves its state when it asks to, and closes it. Services come through the
 * constructor, never through setters.
 */
@Incubating(review = "2027-03-01")
public interface Extension extends AutoCloseable {
  /**
   * A stable name, unique among extensions of its kind on a target: {@code
   * [a-zA-Z][a-zA-Z0-9_.-]{1,63}}. It is what the history remembers, so it must not be derived from
   * a Java class name.
   */
  String id();

  /**
   * The version of the state that {@link #saveState} writes; raise it when old readers could
   * misread new state.
   */
  default int stateVersion() {
    return 1;
  }

  /**
   * Writes what must survive a restart. Called every 30 s, before a swap and at shutdown. Nothing
   * by default.
   */
  default void saveState(StateWriter state) {}

  /**
   * Reads what an earlier instance wrote. Called once, before any other call, and only when there
   * is saved state.
   *
   * @param fromVersion the {@link #stateVersion} of the writer
   */
  default void restoreState(StateReader state, int fromVersion) {}

  /** The configuration it understands. */
  default ConfigSpec configSpec() {
    return ConfigSpec.none();
  }

  /** Releases everything it holds. Called once, last; must not throw. */
  @Override
  default void close() {}
}
