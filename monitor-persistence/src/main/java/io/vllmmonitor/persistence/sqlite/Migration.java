package io.vllmmonitor.persistence.sqlite;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.persistence.format.Checksum;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * One step of a schema. Once released its text never changes: its checksum is kept in every file
 * that has taken it. Immutable.
 *
 * @param version counts up from 1
 * @param name for people
 */
public record Migration(int version, String name, List<String> statements) {
  public Migration {
    requireNonNull(name, "name");
    statements = List.copyOf(statements);
  }

  /**
   * Reads the statements, parted by semicolons, from a resource beside a class.
   *
   * @param file such as {@code 1-records.sql}; the number is the version
   */
  public static Migration load(Class<?> owner, String file) {
    try (InputStream stream = owner.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalArgumentException("No resource " + file + " beside " + owner);
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      int dash = file.indexOf('-');
      return new Migration(
          Integer.parseInt(file.substring(0, dash)),
          file.substring(dash + 1, file.lastIndexOf('.')),
          Arrays.stream(text.split(";")).map(String::strip).filter(s -> !s.isEmpty()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException("Could not read " + file, e);
    }
  }

  long checksum() {
    Checksum sum = new Checksum().add(version);
    statements.forEach(sum::add);
    return sum.value();
  }
}
