package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code manifest.json}: what an archive holds, file by file. Immutable. It says nothing of when or
 * where it was made, so that the same content has the same manifest.
 *
 * @param from the span that was asked for; null means from the beginning
 * @param to the span that was asked for, exclusive; null means to the end
 * @param files sorted by path
 */
record Manifest(
    String productVersion, @Nullable Instant from, @Nullable Instant to, List<ArchiveFile> files) {
  static final String NAME = "manifest.json";
  static final int VERSION = 1;

  private static final String FORMAT = "vllm-monitor-archive";
  private static final Set<String> KEYS =
      Set.of("format", "format_version", "product_version", "from", "to", "files");
  private static final Set<String> FILE_KEYS =
      Set.of("path", "rows", "bytes", "inflated_bytes", "sha256");
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  Manifest {
    requireNonNull(productVersion, "productVersion");
    files = List.copyOf(files);
  }

  byte[] print() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT);
    root.put("format_version", VERSION);
    root.put("product_version", productVersion);
    root.put("from", from == null ? null : ArchiveTime.print(from.toEpochMilli()));
    root.put("to", to == null ? null : ArchiveTime.print(to.toEpochMilli()));
    for (ArchiveFile file : files) {
      root.withArray("files")
          .addObject()
          .put("path", file.path())
          .put("rows", file.rows())
          .put("bytes", file.bytes())
          .put("inflated_bytes", file.inflatedBytes())
          .put("sha256", file.sha256());
    }
    if (files.isEmpty()) {
      root.putArray("files");
    }
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
    try {
      return (MAPPER.writer(printer).writeValueAsString(root) + "\n").getBytes(UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("A manifest could not be written as JSON", e);
    }
  }

  /**
   * @throws io.vllmmonitor.api.error.MonitorException ARCHIVE_INVALID, ARCHIVE_NEWER
   */
  static Manifest parse(byte[] bytes) {
    JsonNode root;
    try {
      root = MAPPER.readTree(bytes);
    } catch (IOException e) {
      throw ArchiveErrors.invalid(
          NAME + " is no JSON, " + ArchiveErrors.show(String.valueOf(e.getMessage())),
          "one object without a key given twice",
          e);
    }
    if (!root.path("format").asText().equals(FORMAT)) {
      throw ArchiveErrors.invalid(
          NAME + " has the format " + ArchiveErrors.show(root.path("format").asText()), FORMAT);
    }
    long version = number(root, "format_version");
    if (version > VERSION) {
      throw ArchiveErrors.newer(
          "format version "
              + version
              + ", written by vllm-monitor "
              + ArchiveErrors.show(root.path("product_version").asText())
              + "; this program reads versions up to "
              + VERSION);
    }
    if (version < 1) {
      throw ArchiveErrors.invalid("format version " + version, "1 to " + VERSION);
    }
    requireKeys(root, KEYS, NAME);
    return new Manifest(
        text(root, "product_version"),
        time(root.path("from")),
        time(root.path("to")),
        files(root.path("files")));
  }

  private static List<ArchiveFile> files(JsonNode array) {
    if (!array.isArray()) {
      throw ArchiveErrors.invalid(NAME + " lists no files", "an array");
    }
    List<ArchiveFile> files = new ArrayList<>();
    String before = "";
    for (JsonNode item : array) {
      requireKeys(item, FILE_KEYS, "an entry of " + NAME);
      ArchiveFile file =
          new ArchiveFile(
              text(item, "path"),
              number(item, "rows"),
              number(item, "bytes"),
              number(item, "inflated_bytes"),
              text(item, "sha256"));
      if (file.path().compareTo(before) <= 0) {
        throw ArchiveErrors.invalid(
            file.path() + " stands after " + ArchiveErrors.show(before),
            "every file once, sorted by path");
      }
      before = file.path();
      files.add(file);
    }
    return files;
  }

  private static void requireKeys(JsonNode node, Set<String> wanted, String where) {
    Set<String> found = new TreeSet<>();
    node.fieldNames().forEachRemaining(found::add);
    if (!found.equals(wanted)) {
      throw ArchiveErrors.invalid(
          where + " has the keys " + ArchiveErrors.show(found.toString()),
          new TreeSet<>(wanted).toString());
    }
  }

  private static String text(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isTextual()) {
      throw ArchiveErrors.invalid(NAME + ": '" + key + "' is no text", "a text");
    }
    return value.asText();
  }

  private static long number(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw ArchiveErrors.invalid(NAME + ": '" + key + "' is no whole number", "a number");
    }
    return value.asLong();
  }

  private static @Nullable Instant time(JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    try {
      return Instant.ofEpochMilli(ArchiveTime.parse(value.asText()));
    } catch (DateTimeException | ArithmeticException e) {
      throw ArchiveErrors.invalid(
          NAME + " has the time " + ArchiveErrors.show(value.asText()), "RFC 3339 or null", e);
    }
  }
}
