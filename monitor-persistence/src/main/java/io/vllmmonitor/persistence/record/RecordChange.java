package io.vllmmonitor.persistence.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.exchange.RecordText;
import io.vllmmonitor.persistence.json.CheckedLine;
import io.vllmmonitor.persistence.json.DamagedLineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One transaction, which is one line of the journal. Immutable.
 *
 * @param number grows by one from transaction to transaction
 * @param written rows, in order
 * @param deleted ids by kind, which are taken away first
 */
record RecordChange(long number, List<StoredRecord> written, Map<RecordKind, Set<String>> deleted) {
  private static final Map<String, RecordKind> KINDS = kinds();

  RecordChange {
    written = List.copyOf(written);
    deleted = Map.copyOf(deleted);
  }

  private static Map<String, RecordKind> kinds() {
    Map<String, RecordKind> kinds = new HashMap<>();
    for (RecordKind kind : RecordKind.values()) {
      kinds.put(kind.table(), kind);
    }
    return Map.copyOf(kinds);
  }

  /**
   * The kind of a table.
   *
   * @throws DamagedLineException when there is none of that name
   */
  static RecordKind kindOf(String table) throws DamagedLineException {
    RecordKind kind = KINDS.get(table);
    if (kind == null) {
      throw new DamagedLineException("names the table " + table + ", which is unknown");
    }
    return kind;
  }

  /** Of the details and ids that its line would hold, about; the line need not be made for it. */
  long characters() {
    return written.stream().mapToLong(row -> row.json().length()).sum()
        + deleted.values().stream().flatMap(Set::stream).mapToLong(String::length).sum();
  }

  /** The kinds whose rows it touches. */
  Set<RecordKind> touched() {
    Set<RecordKind> kinds = EnumSet.noneOf(RecordKind.class);
    written.forEach(row -> kinds.add(row.kind()));
    kinds.addAll(deleted.keySet());
    return kinds;
  }

  void applyTo(Map<RecordKind, KindRows> tables) {
    deleted.forEach((kind, ids) -> ids.forEach(table(tables, kind)::remove));
    for (StoredRecord row : written) {
      table(tables, row.kind()).put(row);
    }
  }

  private static KindRows table(Map<RecordKind, KindRows> tables, RecordKind kind) {
    return tables.computeIfAbsent(kind, KindRows::new);
  }

  byte[] toLine() {
    return CheckedLine.of(this::write);
  }

  private void write(JsonGenerator out) throws IOException {
    out.writeNumberField("number", number);
    out.writeObjectFieldStart("deleted");
    for (Map.Entry<RecordKind, Set<String>> ids : deleted.entrySet()) {
      out.writeArrayFieldStart(ids.getKey().table());
      for (String id : new TreeSet<>(ids.getValue())) {
        out.writeString(id);
      }
      out.writeEndArray();
    }
    out.writeEndObject();
    out.writeArrayFieldStart("written");
    for (StoredRecord row : written) {
      out.writeStartObject();
      out.writeStringField("table", row.kind().table());
      out.writeObjectFieldStart("row");
      RecordText.write(row, out);
      out.writeEndObject();
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /**
   * @throws DamagedLineException unless it is what {@link #toLine} made
   */
  static RecordChange parse(byte[] line) throws DamagedLineException {
    try (JsonParser in = CheckedLine.parse(line)) {
      CheckedLine.field(in, "number");
      long number = in.getLongValue();
      CheckedLine.field(in, "deleted");
      Map<RecordKind, Set<String>> deleted = new EnumMap<>(RecordKind.class);
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        deleted.put(kindOf(in.currentName()), ids(in));
      }
      CheckedLine.field(in, "written");
      List<StoredRecord> written = new ArrayList<>();
      while (in.nextToken() == JsonToken.START_OBJECT) {
        CheckedLine.field(in, "table");
        RecordKind kind = kindOf(in.getText());
        CheckedLine.field(in, "row");
        written.add(RecordText.read(kind, in));
        CheckedLine.expect(in, JsonToken.END_OBJECT);
      }
      return new RecordChange(number, written, deleted);
    } catch (DamagedLineException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedLineException("is malformed: " + e.getMessage(), e);
    }
  }

  private static Set<String> ids(JsonParser in) throws IOException {
    Set<String> ids = new TreeSet<>();
    CheckedLine.expect(in, JsonToken.START_ARRAY);
    while (in.nextToken() != JsonToken.END_ARRAY) {
      ids.add(in.getText());
    }
    return ids;
  }
}
