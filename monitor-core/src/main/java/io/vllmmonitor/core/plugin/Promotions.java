package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_STATE_RESTORE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.StateFields;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The stage of each unit: what was decided for its content, else what its kind and the target's
 * mode say. Decisions are stored before they count and come back at the start. Guarded by the
 * platform's lock.
 */
final class Promotions {
  private static final String EXTENSION = "promotions";
  private static final String UNIT = "core";

  private final PlatformServices services;
  private final boolean autoPromote;
  private @Nullable Map<String, Decided> decisions;

  /** What was decided for one content. */
  private record Decided(String codeHash, Stage stage) {}

  /**
   * @param autoPromote whether dropped sources act at once where the target's mode is act
   */
  Promotions(PlatformServices services, boolean autoPromote) {
    this.services = requireNonNull(services, "services");
    this.autoPromote = autoPromote;
  }

  /** The stage of a generation for targets of a mode. */
  Stage stage(CodeGeneration generation, TargetMode mode) {
    Optional<Stage> decided = decided(generation);
    if (decided.isPresent()) {
      return decided.get();
    }
    boolean awaits = generation.kind() == CodeKind.SOURCE && mode == TargetMode.ACT && !autoPromote;
    return awaits || generation.status() == CodeStatus.SHADOW ? Stage.SHADOW : Stage.ACT;
  }

  /** What was decided for a generation; empty when nothing was. */
  Optional<Stage> decided(CodeGeneration generation) {
    return Optional.ofNullable(decisions().get(generation.unit()))
        .filter(decided -> decided.codeHash().equals(generation.codeHash()))
        .map(Decided::stage);
  }

  /**
   * Stores a decision; it counts for instances that are made from now on.
   *
   * @param stage null to take the decision back
   * @throws MonitorException the codes of the store; then nothing is decided
   */
  void decide(CodeGeneration generation, @Nullable Stage stage) {
    Map<String, Decided> next = new TreeMap<>(decisions());
    if (stage == null) {
      next.remove(generation.unit());
    } else {
      next.put(generation.unit(), new Decided(generation.codeHash(), stage));
    }
    StateFields fields = new StateFields();
    next.forEach((unit, decided) -> fields.text(unit, decided.codeHash() + " " + decided.stage()));
    StateSnapshot snapshot =
        new StateSnapshot(EXTENSION, null, UNIT, "", 1, services.clock().instant(), fields.json());
    services.recorder().write(entries -> entries.state(snapshot));
    decisions = next;
  }

  private Map<String, Decided> decisions() {
    Map<String, Decided> known = decisions;
    if (known == null) {
      known = read();
      decisions = known;
    }
    return known;
  }

  private Map<String, Decided> read() {
    Map<String, Decided> found = new TreeMap<>();
    StateSnapshot stored = services.history().state(EXTENSION, UNIT, null).orElse(null);
    if (stored == null) {
      return found;
    }
    try {
      StateReader fields = StateFields.parse(stored.fields());
      for (String unit : fields.names()) {
        String[] parts = fields.text(unit, "").split(" ", -1);
        found.put(unit, new Decided(parts[0], Stage.valueOf(parts[parts.length - 1])));
      }
      return found;
    } catch (MonitorException | IllegalArgumentException e) {
      // Without decisions everything stands where its kind and mode put it, which is the safe side.
      services
          .problems()
          .note(
              PLUGIN_STATE_RESTORE,
              Blame.ENVIRONMENT,
              EXTENSION,
              "The stored promotions cannot be read ("
                  + e.getMessage()
                  + "); promote what should act again");
      return new TreeMap<>();
    }
  }
}
