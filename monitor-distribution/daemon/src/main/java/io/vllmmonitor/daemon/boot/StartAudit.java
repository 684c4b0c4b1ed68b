package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.google.inject.Inject;
import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.config.ConfigKeys;
import io.vllmmonitor.core.config.MonitorConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Notes with which configuration a monitor starts, and which targets it watches in another mode
 * than the last time. Used by the thread that starts the daemon.
 */
final class StartAudit {
  private static final String MODE = "mode";

  private final MonitorConfig config;
  private final History history;
  private final AuditLog audit;

  @Inject
  StartAudit(MonitorConfig config, History history, AuditLog audit) {
    this.config = requireNonNull(config, "config");
    this.history = requireNonNull(history, "history");
    this.audit = requireNonNull(audit, "audit");
  }

  /**
   * @param address where the HTTP API listens
   * @param targets watched from the start on
   */
  void note(String address, List<Target> targets) {
    targets.forEach(this::noteMode);
    Map<String, String> facts = new TreeMap<>();
    facts.put("version", ProductVersion.get());
    facts.put("listen", address);
    facts.put("targets", Integer.toString(targets.size()));
    ConfigKeys.SECTIONS.forEach((name, spec) -> changed(facts, name, spec));
    audit.done(new Deed(Deed.MONITOR, AuditAction.START, config.data().toString()), facts);
  }

  /** The keys of a section that differ from their defaults; no section holds a secret. */
  private void changed(Map<String, String> facts, String section, ConfigSpec spec) {
    Settings settings = config.section(section);
    for (ConfigSpec.Key key : spec.keys()) {
      String value = settings.string(key.name(), key.defaultValue());
      if (!value.equals(key.defaultValue())) {
        facts.put(section + "." + key.name(), value);
      }
    }
  }

  private void noteMode(Target target) {
    String mode = target.mode().name();
    List<AuditEntry> last =
        history
            .audit(
                HistoryQuery.newestOf(target.id()).withLimit(1),
                AuditAction.TARGET_MODE,
                null,
                null,
                null)
            .items();
    String before = last.isEmpty() ? null : last.get(0).values().get(MODE);
    if (!mode.equals(before)) {
      Map<String, String> facts =
          before == null ? Map.of(MODE, mode) : Map.of(MODE, mode, "before", before);
      audit.done(
          new Deed(Deed.MONITOR, AuditAction.TARGET_MODE, target.id().instance()).on(target.id()),
          facts);
    }
  }
}
