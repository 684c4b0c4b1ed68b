package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The recorded generations of all units. The newest that was not rejected says what the unit is:
 * active, disabled or removed. Every change is stored before it is seen here. Guarded by the
 * platform's lock.
 */
final class Ledger {
  /** The reason of a removal that follows a rejection. */
  static final String REJECTED_AND_GONE = "it was rejected, and its file was taken away";

  private final PlatformServices services;
  private final InstantSource clock;
  private final Map<String, TreeMap<Integer, CodeGeneration>> units = new TreeMap<>();

  Ledger(PlatformServices services) {
    this.services = services;
    this.clock = services.clock();
  }

  /** Reads everything that was recorded. */
  void restore() {
    services.history().generations(null).forEach(this::remember);
  }

  Collection<String> units() {
    return List.copyOf(units.keySet());
  }

  /** The newest generation that was not rejected. */
  Optional<CodeGeneration> current(String unit) {
    return generations(unit).stream()
        .filter(generation -> generation.status() != CodeStatus.REJECTED)
        .findFirst();
  }

  /** Whether a unit is worth showing; not so where all it ever did was to fail and to go. */
  boolean isListed(String unit) {
    return !generations(unit).stream().allMatch(Ledger::isRejectedAndGone);
  }

  /** Whether a generation was rejected and its file was taken away after that. */
  static boolean isRejectedAndGone(CodeGeneration generation) {
    return generation.status() == CodeStatus.REMOVED
        && generation.reason().equals(REJECTED_AND_GONE);
  }

  /**
   * The generation that an operator means who wants a unit to run: the one that counts, and where
   * none does the newest, before any that was rejected and went.
   */
  CodeGeneration startable(String unit) {
    Optional<CodeGeneration> current = current(unit);
    if (current.isPresent() && current.get().status() != CodeStatus.REMOVED) {
      return current.get();
    }
    return generations(unit).stream()
        .filter(generation -> !isRejectedAndGone(generation))
        .findFirst()
        .or(() -> newest(unit))
        .orElseThrow();
  }

  /** The rejected newest generations that came under this file name, where nothing else counts. */
  List<CodeGeneration> rejectedOfFile(CodeKind kind, String file) {
    return units.keySet().stream()
        .filter(unit -> current(unit).map(c -> c.status() == CodeStatus.REMOVED).orElse(true))
        .map(this::newest)
        .flatMap(Optional::stream)
        .filter(generation -> generation.status() == CodeStatus.REJECTED)
        .filter(generation -> generation.kind() == kind && generation.file().equals(file))
        .toList();
  }

  Optional<CodeGeneration> newest(String unit) {
    return generations(unit).stream().findFirst();
  }

  /** The current generations that came under this file name. */
  List<CodeGeneration> currentOfFile(CodeKind kind, String file) {
    return units.keySet().stream()
        .map(this::current)
        .flatMap(Optional::stream)
        .filter(generation -> generation.kind() == kind && generation.file().equals(file))
        .toList();
  }

  /**
   * The generation that new content of a unit becomes: the next number, or the number it has
   * already.
   */
  CodeGeneration next(
      String unit,
      CodeKind kind,
      String version,
      String codeHash,
      String classesHash,
      String file,
      CodeStatus status,
      String reason) {
    List<CodeGeneration> known = generations(unit);
    int number = known.isEmpty() ? 1 : known.get(0).generation() + 1;
    Optional<CodeGeneration> current = current(unit);
    if (current.isPresent() && current.get().codeHash().equals(codeHash)) {
      number = current.get().generation();
    } else if (!known.isEmpty() && known.get(0).codeHash().equals(codeHash)) {
      number = known.get(0).generation();
    }
    return new CodeGeneration(
        unit, kind, version, number, codeHash, classesHash, file, status, reason, clock.instant());
  }

  /** Stores a generation, durably when it returns. */
  CodeGeneration record(CodeGeneration generation) {
    services.recorder().write(entries -> entries.generation(generation));
    remember(generation);
    return generation;
  }

  /** Stores a generation with another status. */
  CodeGeneration record(CodeGeneration generation, CodeStatus status, String reason) {
    return record(generation.withStatus(status, reason, clock.instant()));
  }

  private void remember(CodeGeneration generation) {
    units
        .computeIfAbsent(generation.unit(), unit -> new TreeMap<>())
        .put(generation.generation(), generation);
  }

  private List<CodeGeneration> generations(String unit) {
    List<CodeGeneration> newestFirst =
        new ArrayList<>(units.getOrDefault(unit, new TreeMap<>()).values());
    newestFirst.sort(Comparator.comparingInt(CodeGeneration::generation).reversed());
    return newestFirst;
  }
}
