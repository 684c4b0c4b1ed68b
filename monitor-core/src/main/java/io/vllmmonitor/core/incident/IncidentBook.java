package io.vllmmonitor.core.incident;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The open incidents of one target: at most one per kind of failure. Firings join the incident of
 * their kind; it closes when the last of them has cleared. Whoever judges proposes the change,
 * stores it together with the firings, and then applies it, so that nothing takes effect that is
 * not durable. Confined to the target's thread.
 */
public final class IncidentBook {
  private final TargetId target;
  private final Recorder recorder;
  private final History history;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final Map<FailureKind, Entry> entries = new EnumMap<>(FailureKind.class);
  private Set<FailureKind> advised = Set.of();
  private final Map<FailureKind, Breach> breaches = new EnumMap<>(FailureKind.class);

  private record Entry(Incident incident, Set<String> active) {
    private Entry {
      active = Set.copyOf(active);
    }
  }

  /**
   * A broken rule as it was last seen. Immutable.
   *
   * @param at the time of the view
   * @param evidence what the guardrails of the kind read in that view, by question
   */
  public record Breach(Instant at, Map<String, Double> evidence) {
    public Breach {
      requireNonNull(at, "at");
      evidence = Map.copyOf(evidence);
    }
  }

  /**
   * What would become of the incidents. Immutable; good for one {@link #apply} on the book that
   * made it.
   *
   * @param changed the incidents to store, opened, joined or closed
   */
  public record Proposal(List<Incident> changed, Map<FailureKind, Set<String>> active) {
    public Proposal {
      changed = List.copyOf(changed);
      active = Map.copyOf(active);
    }
  }

  public IncidentBook(
      TargetId target,
      Recorder recorder,
      History history,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.target = requireNonNull(target, "target");
    this.recorder = requireNonNull(recorder, "recorder");
    this.history = requireNonNull(history, "history");
    this.ids = requireNonNull(ids, "ids");
    this.clock = requireNonNull(clock, "clock");
  }

  /**
   * Brings back the open incidents. Call once, before the first tick. An incident without a firing
   * that still lasts could never close, so it is closed here.
   *
   * @return one item per incident, for the restart report
   * @throws io.vllmmonitor.api.error.MonitorException when the history cannot be read or written
   */
  public List<RestoreReport.Item> restore() {
    Map<FailureKind, Set<String>> lasting =
        Pages.all(query(), page -> history.firings(page, null, FiringStatus.FIRING)).stream()
            .filter(firing -> !firing.shadow())
            .collect(
                Collectors.groupingBy(
                    GuardrailFiring::kind,
                    Collectors.mapping(GuardrailFiring::id, Collectors.toSet())));
    List<RestoreReport.Item> items = new ArrayList<>();
    for (Incident incident :
        Pages.all(query(), page -> history.incidents(page, IncidentStatus.OPEN))) {
      Set<String> active = new HashSet<>(lasting.getOrDefault(incident.kind(), Set.of()));
      active.retainAll(incident.firings());
      boolean orphaned = active.isEmpty() || entries.containsKey(incident.kind());
      if (orphaned) {
        Incident closed = incident.closed(clock.instant());
        recorder.write(out -> out.incident(closed));
      } else {
        entries.put(incident.kind(), new Entry(incident, active));
      }
      items.add(item(incident, active.size(), orphaned));
    }
    return items;
  }

  /**
   * What firings that begin and firings that clear make of the incidents; changes nothing yet.
   * Shadow firings must not be given. Begun ones are counted first, so that a firing that replaces
   * another of its kind keeps the incident open.
   */
  public Proposal propose(List<GuardrailFiring> begun, List<GuardrailFiring> cleared, Instant at) {
    Map<FailureKind, Incident> changed = new LinkedHashMap<>();
    Map<FailureKind, Set<String>> active = new EnumMap<>(FailureKind.class);
    for (GuardrailFiring firing : begun) {
      Incident before = current(changed, firing.kind());
      changed.put(
          firing.kind(),
          before == null ? opened(firing) : before.joinedBy(firing.id(), firing.severity()));
      activeOf(active, firing.kind()).add(firing.id());
    }
    for (GuardrailFiring firing : cleared) {
      Incident before = current(changed, firing.kind());
      Set<String> left = activeOf(active, firing.kind());
      left.remove(firing.id());
      if (before != null && left.isEmpty()) {
        changed.put(firing.kind(), before.closed(at));
      }
    }
    return new Proposal(List.copyOf(changed.values()), active);
  }

  /** Makes a stored proposal true. */
  public void apply(Proposal proposal) {
    for (Incident incident : proposal.changed()) {
      if (incident.status() == IncidentStatus.CLOSED) {
        entries.remove(incident.kind());
        breaches.remove(incident.kind());
      } else {
        entries.put(incident.kind(), new Entry(incident, activeAfter(proposal, incident.kind())));
      }
    }
    proposal
        .active()
        .forEach(
            (kind, left) ->
                entries.computeIfPresent(kind, (k, entry) -> new Entry(entry.incident(), left)));
  }

  /**
   * Notes that a firing guardrail of this kind saw its rule broken in the view of this time. What
   * several guardrails read in one view is added up.
   */
  public void breachSeen(FailureKind kind, Instant at, Map<String, Double> evidence) {
    breaches.merge(
        kind,
        new Breach(at, evidence),
        (before, now) -> {
          if (!before.at().equals(at)) {
            return now;
          }
          Map<String, Double> both = new HashMap<>(before.evidence());
          both.putAll(evidence);
          return new Breach(at, both);
        });
  }

  /**
   * How a rule of this kind was last seen broken while firing; empty when not since this process
   * started. A firing that only waits to clear, or one that came back from the store, says nothing
   * about now.
   */
  public Optional<Breach> lastBreach(FailureKind kind) {
    return Optional.ofNullable(breaches.get(kind));
  }

  /** Says of which kinds all firings come from guardrails that may only lead to advice. */
  public void adviseOnly(Set<FailureKind> kinds) {
    advised = Set.copyOf(kinds);
  }

  /** Whether an incident of this kind may only lead to advice. */
  public boolean isAdviseOnly(FailureKind kind) {
    return advised.contains(kind);
  }

  /** The open incidents, oldest first. */
  public List<Incident> open() {
    return entries.values().stream()
        .map(Entry::incident)
        .sorted(Comparator.comparing(Incident::openedAt).thenComparing(Incident::id))
        .toList();
  }

  private static Set<String> activeAfter(Proposal proposal, FailureKind kind) {
    return proposal.active().getOrDefault(kind, Set.of());
  }

  private @Nullable Incident current(Map<FailureKind, Incident> changed, FailureKind kind) {
    Incident proposed = changed.get(kind);
    if (proposed != null) {
      return proposed;
    }
    Entry entry = entries.get(kind);
    return entry == null ? null : entry.incident();
  }

  private Set<String> activeOf(Map<FailureKind, Set<String>> active, FailureKind kind) {
    return active.computeIfAbsent(
        kind,
        key -> {
          Entry entry = entries.get(key);
          return entry == null ? new HashSet<>() : new HashSet<>(entry.active());
        });
  }

  private Incident opened(GuardrailFiring firing) {
    return new Incident(
        ids.next(),
        target,
        firing.kind(),
        IncidentStatus.OPEN,
        firing.severity(),
        firing.reason(),
        firing.firedAt(),
        null,
        List.of(firing.id()));
  }

  private HistoryQuery query() {
    return HistoryQuery.newestOf(target);
  }

  private static RestoreReport.Item item(Incident incident, int lasting, boolean orphaned) {
    return new RestoreReport.Item(
        "incident",
        incident.kind() + " on " + incident.target(),
        orphaned ? RestoreReport.Status.CHANGED : RestoreReport.Status.RESTORED,
        orphaned
            ? "Closed: none of its firings lasts"
            : "Open since " + incident.openedAt() + " with " + lasting + " firing(s)",
        incident.openedAt());
  }
}
