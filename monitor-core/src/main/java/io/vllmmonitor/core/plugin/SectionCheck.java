package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNKNOWN_KEY;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.core.config.NearestName;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells of configuration that no unit reads, since its id is probably misspelt. Guarded by the
 * platform's lock.
 */
final class SectionCheck {
  private final PlatformServices services;
  private Set<String> told = Set.of();

  SectionCheck(PlatformServices services) {
    this.services = services;
  }

  /** Notes what is new and forgets what has found its unit, so that nothing is told twice. */
  void check(Collection<String> units) {
    Set<String> unread = new TreeSet<>(services.configured());
    unread.removeAll(units);
    for (String section : told) {
      if (!unread.contains(section)) {
        services.problems().clear(CONFIG_UNKNOWN_KEY, section);
      }
    }
    for (String section : unread) {
      if (!told.contains(section)) {
        note(section, units);
      }
    }
    told = unread;
  }

  private void note(String section, Collection<String> units) {
    services
        .problems()
        .note(
            CONFIG_UNKNOWN_KEY,
            Blame.OPERATOR,
            section,
            "The configuration of plugin '"
                + section
                + "' has no effect, for there is no plugin or source of that id; "
                + NearestName.hint(section, units));
  }
}
