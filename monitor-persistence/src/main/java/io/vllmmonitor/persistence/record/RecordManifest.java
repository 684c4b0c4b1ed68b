package io.vllmmonitor.persistence.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.persistence.json.CheckedLine;
import io.vllmmonitor.persistence.json.DamagedLineException;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which files hold the records: the content of {@code records.json}. Replacing that file is what
 * commits a compaction. Immutable.
 *
 * @param generation of the journal that goes on from these files
 * @param number of the last transaction that the files hold
 * @param files by kind; kinds without rows have none
 */
record RecordManifest(long generation, long number, Map<RecordKind, KindFile> files) {
  static final String NAME = "records.json";
  private static final String FORMAT = "vllm-monitor-records";
  private static final int VERSION = 1;

  RecordManifest {
    files = Map.copyOf(files);
  }

  /**
   * The file of one kind.
   *
   * @param rows how many lines it has
   */
  record KindFile(String name, long rows) {}

  static String journal(long generation) {
    return "journal." + generation + ".jsonl";
  }

  byte[] toBytes() {
    return CheckedLine.of(this::write);
  }

  private void write(JsonGenerator out) throws IOException {
    out.writeStringField("format", FORMAT);
    out.writeNumberField("version", VERSION);
    out.writeNumberField("generation", generation);
    out.writeNumberField("number", number);
    out.writeObjectFieldStart("files");
    for (Map.Entry<RecordKind, KindFile> file : new TreeMap<>(files).entrySet()) {
      out.writeObjectFieldStart(file.getKey().table());
      out.writeStringField("name", file.getValue().name());
      out.writeNumberField("rows", file.getValue().rows());
      out.writeEndObject();
    }
    out.writeEndObject();
  }

  /**
   * @throws DamagedLineException unless it is what {@link #toBytes} made
   * @throws MonitorException STORE_NEWER when a later version made it
   */
  static RecordManifest parse(byte[] bytes) throws DamagedLineException {
    if (bytes.length == 0 || bytes[bytes.length - 1] != '\n') {
      throw new DamagedLineException("breaks off");
    }
    try (JsonParser in = CheckedLine.parse(Arrays.copyOf(bytes, bytes.length - 1))) {
      CheckedLine.field(in, "format");
      requireThat(FORMAT.equals(in.getText()), "is no manifest of records");
      CheckedLine.field(in, "version");
      if (in.getIntValue() > VERSION) {
        throw newer("version " + in.getIntValue());
      }
      CheckedLine.field(in, "generation");
      long generation = in.getLongValue();
      CheckedLine.field(in, "number");
      long number = in.getLongValue();
      CheckedLine.field(in, "files");
      return new RecordManifest(generation, number, files(in));
    } catch (DamagedLineException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedLineException("is malformed: " + e.getMessage(), e);
    }
  }

  private static Map<RecordKind, KindFile> files(JsonParser in) throws IOException {
    Map<RecordKind, KindFile> files = new EnumMap<>(RecordKind.class);
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      @Nullable RecordKind kind = null;
      for (RecordKind known : RecordKind.values()) {
        kind = known.table().equals(in.currentName()) ? known : kind;
      }
      if (kind == null) {
        throw newer("the table " + in.currentName());
      }
      CheckedLine.expect(in, JsonToken.START_OBJECT);
      CheckedLine.field(in, "name");
      String name = in.getText();
      requireThat(name.startsWith(kind.table() + "."), "names the file " + name);
      requireThat(name.indexOf('/') < 0, "names the file " + name);
      CheckedLine.field(in, "rows");
      files.put(kind, new KindFile(name, in.getLongValue()));
      CheckedLine.expect(in, JsonToken.END_OBJECT);
    }
    return files;
  }

  private static void requireThat(boolean holds, String found) throws DamagedLineException {
    if (!holds) {
      throw new DamagedLineException(found);
    }
  }

  private static MonitorException newer(String found) {
    return new MonitorException(
        ErrorCode.STORE_NEWER,
        Blame.OPERATOR,
        "records/"
            + NAME
            + " has "
            + found
            + ", which a later program wrote, expected version "
            + VERSION
            + "; use that program or a later one, or start with another --data");
  }
}
