package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.MarkFile;
import io.vllmmonitor.persistence.json.Rewriting;
import io.vllmmonitor.persistence.json.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The days of a folder. Thread-safe, except that days are made and forgotten by one writer. */
final class JsonDays {
  private static final Logger LOG = LoggerFactory.getLogger(JsonDays.class);

  /** Days whose growing files are open at once. */
  private static final int MOST_OPEN = 8;

  private final Path folder;
  private final boolean compress;
  private final boolean wait;
  private final InstantSource clock;
  private final DamageLog damage;
  private final Rewriting rewriting;
  private final SealedCache cache = new SealedCache();
  private final NavigableMap<Long, JsonDay> days = new ConcurrentSkipListMap<>();
  private final Map<Long, JsonDay> open = new LinkedHashMap<>(16, 0.75f, true); // of the writer

  /**
   * @param rewriting in which the day is sealed that makes room for another one
   */
  JsonDays(
      Path folder,
      boolean compress,
      boolean wait,
      InstantSource clock,
      DamageLog damage,
      Rewriting rewriting) {
    this.rewriting = rewriting;
    this.folder = folder;
    this.compress = compress;
    this.wait = wait;
    this.clock = clock;
    this.damage = damage;
  }

  /**
   * Finds the files of all days; reads none of them.
   *
   * @return the days whose growing files hold lines
   */
  Set<Long> scan() throws IOException {
    Map<Long, List<SealedLines>> sealed = new TreeMap<>();
    Set<Long> tails = new HashSet<>();
    Set<Long> waiting = new HashSet<>();
    Set<Long> marks = new HashSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String text = file.getFileName().toString();
        JsonFileName name = JsonFileName.parse(text).orElse(null);
        if (name == null) {
          deleteIfUnfinished(file, text);
          continue;
        }
        switch (name.kind()) {
          case TAIL -> {
            tails.add(name.day());
            if (Files.size(file) > 0) {
              waiting.add(name.day());
            }
          }
          case MARK -> marks.add(name.day());
          case SEALED ->
              sealed
                  .computeIfAbsent(name.day(), day -> new ArrayList<>())
                  .add(new SealedLines(file, name, damage, cache));
        }
      }
    }
    tails.forEach(this::make);
    for (Map.Entry<Long, List<SealedLines>> day : sealed.entrySet()) {
      order(day.getKey(), day.getValue());
    }
    marks.removeAll(days.keySet());
    marks.forEach(this::tellMissing);
    return waiting;
  }

  private void tellMissing(long day) {
    new MarkFile(folder.resolve(JsonFileName.mark(day)))
        .lossAgainst(0)
        .ifPresent(
            loss ->
                damage.accept(
                    JsonFailures.damaged(
                        folder.resolve(JsonFileName.tail(day)),
                        "all files of the day are missing, but their high-water mark is there: "
                            + loss)));
  }

  private static void deleteIfUnfinished(Path file, String name) throws IOException {
    if (name.endsWith(WholeFile.UNFINISHED)
        && JsonFileName.parse(name.substring(0, name.length() - WholeFile.UNFINISHED.length()))
            .isPresent()) {
      Files.delete(file);
    }
  }

  /** A file whose lines all lie in another one was left over by a kill after a merge. */
  private void order(long day, List<SealedLines> files) throws IOException {
    files.sort(
        Comparator.comparingLong((SealedLines file) -> file.name().first())
            .thenComparing(file -> file.name().last(), Comparator.reverseOrder()));
    JsonDay made = make(day);
    long last = 0;
    for (SealedLines file : files) {
      if (file.name().last() <= last) {
        file.delete();
        continue;
      }
      if (file.name().first() > last + 1) {
        damage.accept(
            JsonFailures.damaged(
                folder.resolve(JsonFileName.tail(day)),
                "the file of lines "
                    + (last + 1)
                    + " to "
                    + (file.name().first() - 1)
                    + " is missing"));
      }
      last = file.name().last();
      made.found(file);
    }
  }

  private JsonDay make(long day) {
    return days.computeIfAbsent(
        day, unknown -> new JsonDay(folder, day, compress, wait, clock, damage, cache));
  }

  /** The days from one to another, both inclusive, oldest first. */
  NavigableMap<Long, JsonDay> between(long first, long last) {
    return first > last ? new TreeMap<>() : days.subMap(first, true, last, true);
  }

  NavigableMap<Long, JsonDay> all() {
    return days;
  }

  @Nullable JsonDay get(long day) {
    return days.get(day);
  }

  /**
   * The day that is appended to. The one that rested longest is closed for it, and sealed, unless
   * files are being copied: then maintenance seals it.
   */
  JsonDay toAppend(long day) {
    JsonDay wanted = make(day);
    open.put(day, wanted);
    if (open.size() > MOST_OPEN) {
      Map.Entry<Long, JsonDay> eldest = open.entrySet().iterator().next();
      open.remove(eldest.getKey());
      rewriting.runIfFree(() -> sealOrLog(eldest.getValue()));
      eldest.getValue().rest();
    }
    return wanted;
  }

  /** The samples are on the disk already: what fails here is tried again by maintenance. */
  static void sealOrLog(JsonDay day) {
    try {
      day.seal();
    } catch (RuntimeException e) {
      LOG.warn("Samples stay in their growing file for now", e);
    }
  }

  /** A day that nothing could be appended to; its files, if there are any, stay. */
  void forget(long day) {
    JsonDay gone = days.remove(day);
    open.remove(day);
    if (gone != null) {
      gone.rest();
    }
  }

  /** Deletes the files of a day. */
  void remove(long day) throws IOException {
    JsonDay gone = days.get(day);
    if (gone != null) {
      gone.delete();
      days.remove(day);
      open.remove(day);
    }
  }

  /** The days that have files. */
  List<SeriesPart> parts() {
    Map<Long, Long> sizes = sizes();
    List<SeriesPart> parts = new ArrayList<>();
    for (Map.Entry<Long, JsonDay> day : days.entrySet()) {
      long bytes = sizes.getOrDefault(day.getKey(), 0L);
      if (bytes > 0) {
        parts.add(day.getValue().part(bytes));
      }
    }
    return List.copyOf(parts);
  }

  /** Of all files of samples. */
  long bytes() {
    return sizes().values().stream().mapToLong(Long::longValue).sum();
  }

  private Map<Long, Long> sizes() {
    Map<Long, Long> sizes = new HashMap<>();
    WholeFile.sizesIn(folder)
        .forEach(
            (text, bytes) ->
                JsonFileName.parse(text)
                    .ifPresent(name -> sizes.merge(name.day(), bytes, Long::sum)));
    return sizes;
  }

  void rest() {
    days.values().forEach(JsonDay::rest);
  }
}
