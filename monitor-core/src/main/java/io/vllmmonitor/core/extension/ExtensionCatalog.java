package io.vllmmonitor.core.extension;

import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.target.Target;
import java.util.List;

/** All live instances of the daemon. Thread-safe. */
public interface ExtensionCatalog {
  /**
   * The instances for a target; made, with their state restored, at the first call and kept until
   * the catalog closes.
   */
  ExtensionSet forTarget(Target target);

  /** What looks for targets. An immutable snapshot. */
  List<Bound<TargetDiscovery>> discoveries();

  /** The learners. An immutable snapshot. */
  List<Bound<Learner>> learners();

  /** Saves the state of the instances that exist once per daemon. */
  void saveDaemonStates();
}
