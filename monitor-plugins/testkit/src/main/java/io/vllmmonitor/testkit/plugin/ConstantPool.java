package io.vllmmonitor.testkit.plugin;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a class file calls, method references included. Immutable.
 *
 * @param owners the types whose methods are called, by internal name
 * @param calls as {@code java/time/Instant.now()Ljava/time/Instant;}
 */
record ConstantPool(Set<String> owners, Set<String> calls) {
  private static final int MAGIC = 0xCAFEBABE;

  ConstantPool {
    owners = Set.copyOf(owners);
    calls = Set.copyOf(calls);
  }

  static ConstantPool of(byte[] classFile) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
    if (in.readInt() != MAGIC) {
      throw new IOException("not a class file");
    }
    in.readUnsignedShort();
    in.readUnsignedShort();
    int count = in.readUnsignedShort();
    Entry[] entries = new Entry[count];
    for (int i = 1; i < count; i++) {
      Entry entry = read(in);
      entries[i] = entry;
      if (entry.tag == 5 || entry.tag == 6) {
        i++; // long and double take two places
      }
    }
    return collected(entries);
  }

  private record Entry(int tag, int first, int second, String text) {
    Entry(int tag, int first, int second) {
      this(tag, first, second, "");
    }
  }

  private static Entry read(DataInputStream in) throws IOException {
    int tag = in.readUnsignedByte();
    return switch (tag) {
      case 1 -> new Entry(tag, 0, 0, in.readUTF());
      case 3, 4 -> new Entry(tag, in.readInt(), 0);
      case 5, 6 -> new Entry(tag, in.readInt(), in.readInt());
      case 7, 8, 16, 19, 20 -> new Entry(tag, in.readUnsignedShort(), 0);
      case 9, 10, 11, 12, 17, 18 -> new Entry(tag, in.readUnsignedShort(), in.readUnsignedShort());
      case 15 -> new Entry(tag, in.readUnsignedByte(), in.readUnsignedShort());
      default -> throw new IOException("constant of the unknown kind " + tag);
    };
  }

  private static ConstantPool collected(Entry[] entries) {
    Set<String> owners = new TreeSet<>();
    Set<String> calls = new TreeSet<>();
    for (Entry entry : entries) {
      if (entry != null && (entry.tag == 10 || entry.tag == 11)) {
        String owner = entries[entries[entry.first].first].text;
        Entry member = entries[entry.second];
        owners.add(owner);
        calls.add(owner + "." + entries[member.first].text + entries[member.second].text);
      }
    }
    return new ConstantPool(owners, calls);
  }
}
