package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.STORE_DAMAGED;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The instrumented classes of one source as one blob: {@code "VMSC"}, a format byte, the name of
 * the main class, the names of the kind and of the compiler (from format 2 on; before, all were
 * guardrails made by Janino), the number of classes, then per class (sorted by name) its name, the
 * length and the bytes; numbers are big-endian ints, names are modified UTF-8 behind a two-byte
 * length. The same classes give the same bytes. Immutable.
 *
 * @param mainClass binary name of the class that implements the extension
 * @param kind what it is
 * @param compiler which compiler made the classes; not AUTO
 * @param classes bytes by binary name
 */
record ClassBundle(
    String mainClass, SourceKind kind, CompilerChoice compiler, Map<String, byte[]> classes) {
  private static final int MAGIC = 0x564D5343;
  private static final int FORMAT = 2;
  private static final int FORMAT_OF_GUARDRAILS = 1;
  private static final int MOST_CLASSES = 1_000;
  private static final int LARGEST_CLASS = 1 << 20;

  ClassBundle {
    requireNonNull(mainClass, "mainClass");
    requireNonNull(kind, "kind");
    requireNonNull(compiler, "compiler");
    classes = Map.copyOf(classes);
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeByte(FORMAT);
      out.writeUTF(mainClass);
      out.writeUTF(kind.name());
      out.writeUTF(compiler.name());
      out.writeInt(classes.size());
      for (Map.Entry<String, byte[]> entry : new TreeMap<>(classes).entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeInt(entry.getValue().length);
        out.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws MonitorException STORE_DAMAGED when the bytes are no bundle
   */
  static ClassBundle decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int magic = in.readInt();
      int format = in.readByte();
      if (magic != MAGIC || format < FORMAT_OF_GUARDRAILS || format > FORMAT) {
        throw damaged("wrong magic or format", null);
      }
      String mainClass = in.readUTF();
      boolean named = format > FORMAT_OF_GUARDRAILS;
      SourceKind kind = named ? SourceKind.valueOf(in.readUTF()) : SourceKind.GUARDRAIL;
      CompilerChoice compiler =
          named ? CompilerChoice.valueOf(in.readUTF()) : CompilerChoice.JANINO;
      int count = in.readInt();
      if (count < 1 || count > MOST_CLASSES) {
        throw damaged(count + " classes", null);
      }
      Map<String, byte[]> classes = new TreeMap<>();
      for (int i = 0; i < count; i++) {
        String name = in.readUTF();
        int length = in.readInt();
        if (length < 0 || length > LARGEST_CLASS) {
          throw damaged("a class of " + length + " bytes", null);
        }
        byte[] code = in.readNBytes(length);
        if (code.length != length) {
          throw damaged("it ends within a class", null);
        }
        classes.put(name, code);
      }
      return new ClassBundle(mainClass, kind, compiler, classes);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(String.valueOf(e.getMessage()), e);
    }
  }

  private static MonitorException damaged(
      String what, @org.jspecify.annotations.Nullable Throwable cause) {
    return new MonitorException(
        STORE_DAMAGED,
        Blame.ENVIRONMENT,
        "The stored classes of a dropped source cannot be read: "
            + what
            + "; drop the source again to compile it anew",
        cause);
  }
}
