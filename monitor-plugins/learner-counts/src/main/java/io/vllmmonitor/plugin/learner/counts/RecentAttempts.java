package io.vllmmonitor.plugin.learner.counts;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Remembers the newest attempts that were counted, so that none is counted twice. An attempt older
 * than the last {@value #MOST} would be counted again; the core repeats only the newest ones.
 * Confined to one thread.
 */
final class RecentAttempts {
  static final int MOST = 4_096;
  private static final int LONGEST_ID = 64;

  private final Set<String> ids = new LinkedHashSet<>();

  /** Whether this attempt is new; remembers it. Long ids count by their first characters. */
  boolean add(String id) {
    if (!ids.add(id.length() > LONGEST_ID ? id.substring(0, LONGEST_ID) : id)) {
      return false;
    }
    if (ids.size() > MOST) {
      Iterator<String> oldest = ids.iterator();
      oldest.next();
      oldest.remove();
    }
    return true;
  }

  byte[] save() {
    return Words.write(new ArrayList<>(ids));
  }

  void restore(byte[] saved) {
    ids.clear();
    ids.addAll(Words.read(saved));
  }

  /** A list of texts as bytes. */
  static final class Words {
    private Words() {}

    static byte[] write(List<String> words) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        for (String word : words) {
          out.writeUTF(word);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }

    static List<String> read(byte[] saved) {
      List<String> words = new ArrayList<>();
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(saved))) {
        while (in.available() > 0) {
          words.add(in.readUTF());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return words;
    }
  }
}
