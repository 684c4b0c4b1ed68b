package io.vllmmonitor.acceptance.hostile;

import java.nio.file.Path;

/** Where inputs are dropped: the folders of one daemon. Implemented by the proof. */
public interface Place {
  /** The drop folder for plugin jars. */
  Path jars();

  /** The drop folder for guardrail sources. */
  Path sources();

  /** The drop folder for sources of any kind. */
  Path extensions();

  /** The jar that was built after a recipe of the corpus; a copy. */
  byte[] jar(String unit);

  /**
   * Waits until a unit is live.
   *
   * @throws Exception when it does not become live in time
   */
  void awaitLive(String unit) throws Exception;

  /**
   * Waits until a problem names a file.
   *
   * @throws Exception when none does in time
   */
  void awaitProblem(String file) throws Exception;
}
