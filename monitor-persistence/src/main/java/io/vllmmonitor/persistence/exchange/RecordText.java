package io.vllmmonitor.persistence.exchange;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import java.io.IOException;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One record as one row of JSON lines or CSV, and back, letter by letter. Stateless; stores of JSON
 * files write records the same way.
 */
public final class RecordText {
  private static final List<String> FIRST_COLUMNS = List.of("id", "at", "target");

  private RecordText() {}

  static String json(StoredRecord row) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = ArchiveJson.FACTORY.createGenerator(text)) {
      out.writeStartObject();
      write(row, out);
      out.writeEndObject();
    }
    return text.toString();
  }

  /**
   * Writes the fields of a row into the object that is open. The entity stands there as it is, or,
   * where that would not keep every letter, as text.
   */
  public static void write(StoredRecord row, JsonGenerator out) throws IOException {
    out.writeStringField("id", row.id());
    out.writeStringField("at", ArchiveTime.print(row.at().toEpochMilli()));
    if (row.target() != null) {
      out.writeStringField("target", row.target());
    }
    out.writeObjectFieldStart("columns");
    for (String column : row.kind().columns()) {
      String value = row.columns().get(column);
      if (value != null) {
        out.writeStringField(column, value);
      }
    }
    out.writeEndObject();
    if (ArchiveJson.isCopied(row.json())) {
      out.writeFieldName("entity");
      out.writeRawValue(row.json());
    } else {
      out.writeStringField("text", row.json());
    }
  }

  /**
   * @throws IOException when the row is malformed; the message says how
   */
  static StoredRecord parseJson(RecordKind kind, String line) throws IOException {
    try (JsonParser in = ArchiveJson.FACTORY.createParser(line)) {
      require(in.nextToken() == JsonToken.START_OBJECT, "an object is missing");
      StoredRecord row = read(kind, in);
      require(in.nextToken() == null, "something follows the object");
      return row;
    }
  }

  /**
   * Reads the fields of a row up to the end of the object that the parser is in.
   *
   * @throws IOException when the row is malformed; the message says how
   */
  public static StoredRecord read(RecordKind kind, JsonParser in) throws IOException {
    Fields fields = new Fields(kind);
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      in.nextToken();
      switch (name) {
        case "id" -> fields.id = string(in);
        case "at" -> fields.at = string(in);
        case "target" -> fields.target = string(in);
        case "columns" -> columns(in, fields);
        case "entity" -> fields.json(ArchiveJson.text(in));
        case "text" -> fields.json(string(in));
        default -> throw new IOException("the key " + ArchiveErrors.show(name) + " is unknown");
      }
    }
    return fields.record();
  }

  private static void columns(JsonParser in, Fields fields) throws IOException {
    require(in.currentToken() == JsonToken.START_OBJECT, "'columns' is no object");
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      in.nextToken();
      fields.columns.put(name, string(in));
    }
  }

  private static String string(JsonParser in) throws IOException {
    require(in.currentToken() == JsonToken.VALUE_STRING, "'" + in.currentName() + "' is no text");
    return in.getText();
  }

  /** The first line of a CSV file. */
  static String csvHeader(RecordKind kind) {
    return Csv.print(columnsOf(kind));
  }

  private static List<String> columnsOf(RecordKind kind) {
    List<String> columns = new ArrayList<>(FIRST_COLUMNS);
    columns.addAll(kind.columns());
    columns.add("entity");
    return columns;
  }

  static String csv(StoredRecord row) {
    List<@Nullable String> fields = new ArrayList<>();
    fields.add(row.id());
    fields.add(ArchiveTime.print(row.at().toEpochMilli()));
    fields.add(row.target());
    row.kind().columns().forEach(column -> fields.add(row.columns().get(column)));
    fields.add(row.json());
    return Csv.print(fields);
  }

  /**
   * @throws IOException when the row is malformed; the message says how
   */
  static StoredRecord parseCsv(RecordKind kind, String line) throws IOException {
    List<@Nullable String> values = Csv.parse(line);
    List<String> names = columnsOf(kind);
    require(
        values.size() == names.size(),
        "it has " + values.size() + " fields, expected " + names.size());
    Fields fields = new Fields(kind);
    fields.id = values.get(0);
    fields.at = values.get(1);
    fields.target = values.get(2);
    for (int i = FIRST_COLUMNS.size(); i < names.size() - 1; i++) {
      String value = values.get(i);
      if (value != null) {
        fields.columns.put(names.get(i), value);
      }
    }
    String json = values.get(names.size() - 1);
    require(json != null, "its entity is missing");
    fields.json(json == null ? "" : json);
    return fields.record();
  }

  private static void require(boolean holds, String found) throws IOException {
    if (!holds) {
      throw new IOException(found);
    }
  }

  /** What was read of one row. */
  private static final class Fields {
    private final RecordKind kind;
    private final Map<String, String> columns = new HashMap<>();
    private @Nullable String id;
    private @Nullable String at;
    private @Nullable String target;
    private @Nullable String json;

    Fields(RecordKind kind) {
      this.kind = kind;
    }

    void json(String text) throws IOException {
      require(json == null, "it has two entities");
      json = text;
    }

    StoredRecord record() throws IOException {
      if (id == null || at == null || json == null) {
        throw new IOException("'id', 'at' or the entity is missing");
      }
      Set<String> unknown = new HashSet<>(columns.keySet());
      kind.columns().forEach(unknown::remove);
      require(
          unknown.isEmpty(),
          "the columns " + ArchiveErrors.show(unknown.toString()) + " are unknown");
      try {
        Instant time = Instant.ofEpochMilli(ArchiveTime.parse(at));
        return new StoredRecord(kind, id, time, target, columns, json);
      } catch (DateTimeException | ArithmeticException e) {
        throw new IOException("'at' is " + ArchiveErrors.show(at) + ", no time in UTC", e);
      }
    }
  }
}
