package io.vllmmonitor.daemon.web;

import static io.vllmmonitor.api.error.ErrorCode.HTTP_BAD_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.persistence.exchange.ArchiveCompression;
import io.vllmmonitor.persistence.exchange.ArchiveFormat;
import io.vllmmonitor.persistence.exchange.CodeTrust;
import io.vllmmonitor.persistence.exchange.Exchange;
import io.vllmmonitor.persistence.exchange.ExchangeProgress;
import io.vllmmonitor.persistence.exchange.ExportOptions;
import io.vllmmonitor.persistence.exchange.ImportMode;
import io.vllmmonitor.persistence.exchange.ImportOptions;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is to be exported or imported, as the body of a request says it. */
public final class ExchangeRequest {
  private static final Set<String> EXPORT_KEYS =
      Set.of("directory", "from", "to", "format", "compression");
  private static final Set<String> IMPORT_KEYS =
      Set.of("directory", "mode", "dry_run", "trust_code");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ExchangeRequest() {}

  /**
   * Does what a body asks for at once, without a server.
   *
   * @param verb {@code export} or {@code import}
   * @return what a job would give as its result
   * @throws MonitorException HTTP_BAD_REQUEST for a malformed body, and what the exchange throws
   */
  public static String run(Exchange exchange, String verb, String body) {
    byte[] bytes = body.getBytes(UTF_8);
    ExchangeProgress progress = new ExchangeProgress();
    Object report =
        verb.equals("export")
            ? exchange.export(export(bytes), progress)
            : exchange.importFrom(imported(bytes), progress);
    return new String(WebJson.bytes(report), UTF_8);
  }

  /**
   * What a body asks for, for the audit.
   *
   * @param verb {@code export} or {@code import}
   * @throws MonitorException HTTP_BAD_REQUEST for a malformed body
   */
  public static Deed deed(String actor, String verb, String body) {
    byte[] bytes = body.getBytes(UTF_8);
    return verb.equals("export") ? deed(actor, export(bytes)) : deed(actor, imported(bytes));
  }

  static Deed deed(String actor, ExportOptions options) {
    return new Deed(actor, AuditAction.EXPORT, options.directory().toString());
  }

  static Deed deed(String actor, ImportOptions options) {
    return new Deed(actor, AuditAction.IMPORT, options.directory().toString())
        .dryRun(options.dryRun());
  }

  static ExportOptions export(byte[] body) {
    JsonNode json = parse(body, EXPORT_KEYS);
    return new ExportOptions(
        directory(json),
        time(json, "from"),
        time(json, "to"),
        constant(json, "format", ArchiveFormat.JSONL),
        constant(json, "compression", ArchiveCompression.SAMPLES));
  }

  static ImportOptions imported(byte[] body) {
    JsonNode json = parse(body, IMPORT_KEYS);
    if (!json.path("mode").isTextual()) {
      throw wrong("mode", json.path("mode").toString(), "merge or replace");
    }
    return new ImportOptions(
        directory(json),
        constant(json, "mode", ImportMode.MERGE),
        flag(json, "dry_run"),
        flag(json, "trust_code") ? CodeTrust.TRUST : CodeTrust.REFUSE);
  }

  private static JsonNode parse(byte[] body, Set<String> keys) {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (IOException e) {
      throw new MonitorException(
          HTTP_BAD_REQUEST,
          Blame.OPERATOR,
          "The body is no JSON object, expected one such as {\"directory\":\"/backup/monday\"}",
          e);
    }
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (!keys.contains(key)) {
                throw wrong(key, json.path(key).toString(), "one of the keys " + keys);
              }
            });
    return json;
  }

  private static Path directory(JsonNode json) {
    String text = json.path("directory").asText();
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw wrong("directory", text, "an absolute path on the daemon's machine");
    }
    throw wrong("directory", text, "an absolute path on the daemon's machine");
  }

  private static @Nullable Instant time(JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    try {
      return OffsetDateTime.parse(value.asText()).toInstant();
    } catch (DateTimeException e) {
      throw wrong(key, value.asText(), "RFC 3339 such as 2026-11-25T12:00:00Z");
    }
  }

  private static boolean flag(JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isBoolean()) {
      return value.asBoolean(false);
    }
    throw wrong(key, value.toString(), "true or false");
  }

  private static <E extends Enum<E>> E constant(JsonNode json, String key, E standard) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return standard;
    }
    E[] constants = standard.getDeclaringClass().getEnumConstants();
    String wanted = value.asText().toUpperCase(Locale.ROOT);
    return Arrays.stream(constants)
        .filter(constant -> constant.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    key,
                    value.toString(),
                    "one of " + Arrays.toString(constants).toLowerCase(Locale.ROOT)));
  }

  private static MonitorException wrong(String key, String found, String expected) {
    return new MonitorException(
        HTTP_BAD_REQUEST,
        Blame.OPERATOR,
        "'"
            + Text.shorten(key, 40)
            + "' is '"
            + Text.shorten(found, 100)
            + "', expected "
            + expected);
  }
}
