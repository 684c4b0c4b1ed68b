package io.vllmmonitor.persistence.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code plugins.json}, {@code guardrails.json} and {@code strategies.json}: each entry becomes a
 * unit of code that is kept and shown, and never runs, since it is Python.
 */
final class PythonDeclarations {
  /** The files, and what one entry of theirs is. */
  static final Map<String, String> FILES =
      Map.of(
          "plugins.json", "plugin",
          "guardrails.json", "guardrail",
          "strategies.json", "strategy");

  private static final long LONGEST = 16L << 20;
  private static final int LONGEST_ID = 63;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final Path directory;
  private final Notes notes;

  PythonDeclarations(Path directory, Notes notes) {
    this.directory = directory;
    this.notes = notes;
  }

  /** One entry. */
  private record Entry(String file, String unit, String version, Instant at, String source) {}

  List<StoredRecord> records() {
    List<StoredRecord> rows = new ArrayList<>();
    for (Entry entry : entries()) {
      CodeGeneration generation =
          new CodeGeneration(
              entry.unit(),
              CodeKind.SOURCE,
              entry.version(),
              1,
              PythonRecords.sha256(entry.source()),
              "",
              entry.file(),
              CodeStatus.REJECTED,
              "it is Python, from the earlier package; kept for reading, write it anew in Java",
              entry.at());
      rows.addAll(StoredMemory.rows(entries -> entries.generation(generation)));
    }
    return rows;
  }

  Map<String, byte[]> blobs() {
    Map<String, byte[]> blobs = new TreeMap<>();
    entries()
        .forEach(
            entry ->
                blobs.put(PythonRecords.sha256(entry.source()), entry.source().getBytes(UTF_8)));
    return blobs;
  }

  private List<Entry> entries() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, String> file : new TreeMap<>(FILES).entrySet()) {
      Path path = directory.resolve(file.getKey());
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        read(path, file.getValue()).forEach(entry -> entries.put(entry.unit(), entry));
      }
    }
    return List.copyOf(entries.values());
  }

  private List<Entry> read(Path file, String kind) {
    List<Entry> found = new ArrayList<>();
    String name = file.getFileName().toString();
    try {
      if (Files.size(file) > LONGEST) {
        notes.count(name + " left out, since it has more than " + LONGEST + " bytes");
        return found;
      }
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      Instant at = Instant.ofEpochMilli(Files.getLastModifiedTime(file).toMillis());
      for (Map.Entry<String, JsonNode> entry : named(root).entrySet()) {
        found.add(
            new Entry(
                name,
                unit(kind, entry.getKey()),
                entry.getValue().path("version").asText("0"),
                at,
                JSON.writeValueAsString(entry.getValue())));
      }
    } catch (IOException e) {
      notes.count(name + " left out, since it is no JSON");
    }
    return found;
  }

  /** An object of entries by name, or an array of entries with a name. */
  private static Map<String, JsonNode> named(JsonNode root) {
    Map<String, JsonNode> entries = new TreeMap<>();
    root.properties().forEach(field -> entries.put(field.getKey(), field.getValue()));
    int number = 0;
    if (root.isArray()) {
      for (JsonNode item : root) {
        number++;
        entries.put(item.path("name").asText(Integer.toString(number)), item);
      }
    }
    return entries;
  }

  private static String unit(String kind, String name) {
    String safe =
        "python." + kind + "." + name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
    return safe.length() <= LONGEST_ID
        ? safe
        : safe.substring(0, LONGEST_ID - 13) + "-" + PythonRecords.sha256(name).substring(0, 12);
  }
}
