package io.vllmmonitor.daemon.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.inject.Inject;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.core.engine.Engine;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.plugin.PluginDirectory;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.twin.Twins;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Keeps the readable twins of the form HYBRID up to date: plugins, dropped guardrails with their
 * source, strategies with what they achieved, happy paths, and what the learners know. Runs on the
 * background thread; in other forms it does nothing.
 */
final class StoreTwins {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int ROWS_AT_ONCE = 1_000;
  private static final int NEWEST_ATTEMPTS = 200;
  private static final String MITIGATION = "mitigation:";

  private final StoreEngine stores;
  private final PersistenceConfig config;
  private final PluginDirectory plugins;
  private final Engine engine;
  private final History history;
  private final Problems problems;
  private final Closers closers;
  private final Twins twins;
  private List<StoredRecord> newestAttempts = List.of();
  private Map<String, Map<String, Long>> outcomes = Map.of();

  @Inject
  StoreTwins(
      StoreEngine stores,
      PersistenceConfig config,
      PluginDirectory plugins,
      Engine engine,
      History history,
      Problems problems,
      Closers closers,
      InstantSource clock) {
    this.stores = requireNonNull(stores, "stores");
    this.config = requireNonNull(config, "config");
    this.plugins = requireNonNull(plugins, "plugins");
    this.engine = requireNonNull(engine, "engine");
    this.history = requireNonNull(history, "history");
    this.problems = requireNonNull(problems, "problems");
    this.closers = requireNonNull(closers, "closers");
    this.twins = new Twins(config.storageDir(), config.files().db(), clock);
  }

  /** Tells of twins that were edited, then begins to write them; the last time at the stop. */
  void start(Background background) {
    if (config.backend() != StorageBackend.HYBRID) {
      return;
    }
    PersistenceConfig.FileNames files = config.files();
    List<String> names =
        new ArrayList<>(
            List.of(files.plugins(), files.guardrails(), files.strategies(), files.happyPaths()));
    names.addAll(twins.in(files.models()));
    names.forEach(this::check);
    var unused = closers.add("readable twins", this::write);
    background.repeat(
        "readable twins", Duration.ofSeconds(config.flushIntervalSeconds()), this::write);
  }

  private void check(String name) {
    twins
        .check(name)
        .ifPresent(
            changed ->
                problems.note(
                    changed.code(), changed.blame(), changed.subject(), changed.message()));
  }

  private synchronized void write() {
    PersistenceConfig.FileNames files = config.files();
    List<PluginSummary> units = plugins.plugins();
    boolean unused = twins.write(files.plugins(), jars(units));
    unused |= twins.write(files.guardrails(), sources(units));
    unused |= twins.write(files.strategies(), strategies(units));
    unused |= twins.write(files.happyPaths(), happyPaths());
    TreeSet<String> models = new TreeSet<>();
    for (ModelCard card : engine.learners()) {
      String name = files.models() + "/" + card.name().replaceAll("[^A-Za-z0-9._-]", "_") + ".json";
      models.add(name);
      unused |= twins.write(name, model(card, units));
    }
    twins.keepOnly(files.models(), models);
  }

  private static ArrayNode jars(List<PluginSummary> units) {
    ArrayNode entries = JSON.createArrayNode();
    for (PluginSummary unit : units) {
      if (unit.generation().kind() != CodeKind.SOURCE) {
        entries.add(unit(unit));
      }
    }
    return entries;
  }

  private ArrayNode sources(List<PluginSummary> units) {
    ArrayNode entries = JSON.createArrayNode();
    for (PluginSummary unit : units) {
      if (unit.generation().kind() == CodeKind.SOURCE) {
        ObjectNode entry = unit(unit);
        try {
          byte[] source = stores.blobs().get(unit.generation().codeHash());
          entry.put("source", new String(source, UTF_8));
        } catch (MonitorException e) {
          entry.putNull("source");
          problems.note(unit.generation().unit(), e);
        }
        entries.add(entry);
      }
    }
    return entries;
  }

  private static ObjectNode unit(PluginSummary unit) {
    CodeGeneration generation = unit.generation();
    ObjectNode entry = JSON.createObjectNode();
    entry.put("id", generation.unit());
    entry.put("kind", generation.kind().name());
    entry.put("version", generation.version());
    entry.put("generation", generation.generation());
    entry.put("status", unit.status().name());
    entry.put("reason", generation.reason());
    entry.put("at", generation.at().toString());
    entry.put("file", generation.file());
    entry.put("code_hash", generation.codeHash());
    ArrayNode extensions = entry.putArray("extensions");
    unit.extensions().forEach(extensions::add);
    return entry;
  }

  /** Every strategy that runs or was ever tried, with its outcomes by name. */
  private ArrayNode strategies(List<PluginSummary> units) {
    Map<String, ObjectNode> byName = new TreeMap<>();
    for (PluginSummary unit : units) {
      for (String extension : unit.extensions()) {
        if (extension.startsWith(MITIGATION)) {
          strategy(byName, extension.substring(MITIGATION.length()))
              .put("plugin", unit.generation().unit());
        }
      }
    }
    tally();
    outcomes.forEach(
        (name, counts) -> {
          ObjectNode entry = strategy(byName, name);
          entry.put("attempts", counts.values().stream().mapToLong(Long::longValue).sum());
          ObjectNode tried = entry.putObject("outcomes");
          counts.forEach(tried::put);
        });
    ArrayNode entries = JSON.createArrayNode();
    byName.values().forEach(entries::add);
    return entries;
  }

  /** Counts again only when there is something new: there may be years of attempts. */
  private void tally() {
    List<StoredRecord> newest =
        stores
            .records()
            .query(RecordQuery.newest(RecordKind.MITIGATION_ATTEMPTS, NEWEST_ATTEMPTS))
            .records();
    if (newest.equals(newestAttempts)) {
      return;
    }
    Map<String, Map<String, Long>> counted = new TreeMap<>();
    List<MitigationAttempt> attempts =
        Pages.all(HistoryQuery.newest(), query -> history.attempts(query, null, null, null));
    for (MitigationAttempt attempt : attempts) {
      var outcome = attempt.outcome();
      counted
          .computeIfAbsent(attempt.strategy(), unknown -> new TreeMap<>())
          .merge(outcome == null ? attempt.status().name() : outcome.name(), 1L, Long::sum);
    }
    newestAttempts = newest;
    outcomes = counted;
  }

  private static ObjectNode strategy(Map<String, ObjectNode> byName, String name) {
    return byName.computeIfAbsent(
        name,
        unknown -> {
          ObjectNode entry = JSON.createObjectNode();
          entry.put("name", unknown);
          entry.put("attempts", 0L);
          entry.putObject("outcomes");
          return entry;
        });
  }

  private ArrayNode happyPaths() {
    ArrayNode entries = JSON.createArrayNode();
    String cursor = null;
    do {
      var page =
          stores
              .records()
              .query(
                  new RecordQuery(
                      RecordKind.HAPPY_PATHS, null, null, null, Map.of(), ROWS_AT_ONCE, cursor));
      page.records().forEach(row -> entries.add(json(row)));
      cursor = page.next();
    } while (cursor != null);
    return entries;
  }

  private static JsonNode json(StoredRecord row) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("id", row.id());
    try {
      entry.set("happy_path", JSON.readTree(row.json()));
    } catch (JsonProcessingException e) {
      entry.put("happy_path", row.json()); // as it lies there
    }
    return entry;
  }

  private ArrayNode model(ModelCard card, List<PluginSummary> units) {
    ArrayNode entries = JSON.createArrayNode();
    ObjectNode entry = entries.addObject();
    entry.put("name", card.name());
    entry.put("method", card.method().name());
    entry.put("observations", card.observations());
    ObjectNode facts = entry.putObject("facts");
    new TreeMap<>(card.facts()).forEach(facts::put);
    for (PluginSummary unit : units) {
      if (unit.extensions().contains("learner:" + card.name())) {
        history
            .state(card.name(), unit.generation().unit(), null)
            .ifPresent(state -> entry.set("state", state(state)));
      }
    }
    return entries;
  }

  private static JsonNode state(StateSnapshot state) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("unit", state.unit());
    entry.put("code_hash", state.codeHash());
    entry.put("version", state.stateVersion());
    try {
      entry.set("fields", JSON.readTree(state.fields()));
    } catch (JsonProcessingException e) {
      entry.put("fields", state.fields());
    }
    return entry;
  }
}
