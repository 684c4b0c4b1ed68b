package io.vllmmonitor.core.extension;

import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notifier;
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

  /** What tells people. An immutable snapshot. */
  List<Bound<Notifier>> notifiers();

  /** What hands samples on. An immutable snapshot. */
  List<Bound<Exporter>> exporters();

  /**
   * Saves the state of the instances that exist once per daemon, except those that are being called
   * just now. Call about every 30 s.
   */
  void saveDaemonStates();

  /**
   * Saves the state of those instances that exist once per daemon and have asked for it since the
   * last call. Call about every second. Nothing where instances cannot ask.
   */
  default void saveAskedDaemonStates() {}
}
