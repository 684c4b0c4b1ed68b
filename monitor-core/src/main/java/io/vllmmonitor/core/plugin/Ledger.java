package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.CodeTransition;
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
  private final LifeBook book;
  private final InstantSource clock;
  private final Map<String, TreeMap<Integer, CodeGeneration>> units = new TreeMap<>();

  Ledger(PlatformServices services, LifeBook book) {
    this.services = services;
    this.book = book;
    this.clock = services.clock();
  }

  /** Reads everything that was recorded. */
  void restore() {
    services.history().generations(null).forEach(this::remember);
    units.keySet().forEach(unit -> book.restore(unit, generations(unit)));
    book.write();
  }

  Collection<String> units() {
    return List.copyOf(units.keySet());
  }

  /**
   * The generation that counts: the newest that runs or rests by order, else the newest that did
   * not fail.
   */
  Optional<CodeGeneration> current(String unit) {
    List<CodeGeneration> known = generations(unit);
    return known.stream()
        .filter(generation -> counts(generation.status()))
        .findFirst()
        .or(() -> known.stream().filter(generation -> !generation.status().failed()).findFirst());
  }

  private static boolean counts(CodeStatus status) {
    return status == CodeStatus.ACTIVE
        || status == CodeStatus.SHADOW
        || status == CodeStatus.DISABLED;
  }

  /** All generations of a unit, newest first. */
  List<CodeGeneration> all(String unit) {
    return generations(unit);
  }

  /** Whether content of this hash came after a generation. */
  boolean isNewer(CodeGeneration generation, String codeHash) {
    return generations(generation.unit()).stream()
        .anyMatch(
            other ->
                other.generation() > generation.generation()
                    && other.codeHash().equals(codeHash)
                    && !other.codeHash().equals(generation.codeHash()));
  }

  /** The generation that has this content in quarantine, of whatever unit. */
  Optional<CodeGeneration> quarantined(String codeHash) {
    return units.keySet().stream()
        .flatMap(unit -> generations(unit).stream())
        .filter(generation -> generation.codeHash().equals(codeHash))
        .filter(generation -> generation.status() == CodeStatus.QUARANTINED)
        .findFirst();
  }

  /** The newest generation of a unit that is in quarantine. */
  Optional<CodeGeneration> quarantinedOf(String unit) {
    return generations(unit).stream()
        .filter(generation -> generation.status() == CodeStatus.QUARANTINED)
        .findFirst();
  }

  /** The generations of this content, of whatever unit. */
  List<CodeGeneration> ofHash(String codeHash) {
    return units.keySet().stream()
        .flatMap(unit -> generations(unit).stream())
        .filter(generation -> generation.codeHash().equals(codeHash))
        .toList();
  }

  /** The newest generation before this one that ran and was only replaced. */
  Optional<CodeGeneration> previousGood(CodeGeneration generation) {
    return generations(generation.unit()).stream()
        .filter(other -> other.generation() < generation.generation())
        .filter(other -> !other.codeHash().equals(generation.codeHash()))
        .filter(other -> !other.status().failed() && !isRejectedAndGone(other))
        .filter(other -> quarantined(other.codeHash()).isEmpty())
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

  /** The unit whose newest generation came under this file name. */
  Optional<String> unitOfFile(String file) {
    return units.keySet().stream()
        .filter(unit -> newest(unit).filter(one -> one.file().equals(file)).isPresent())
        .findFirst();
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

  /** Stores a generation with the steps that led to it, durably when it returns. */
  CodeGeneration record(CodeGeneration generation) {
    record(List.of(generation));
    return generation;
  }

  /** Stores several, all or none. */
  void record(List<CodeGeneration> generations) {
    List<CodeTransition> steps = book.unstored();
    services
        .recorder()
        .write(
            entries -> {
              generations.forEach(entries::generation);
              steps.forEach(entries::transition);
            });
    book.stored(steps);
    generations.forEach(this::remember);
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
