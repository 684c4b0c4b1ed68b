package io.vllmmonitor.persistence.verify;

import static java.util.Objects.requireNonNull;

/**
 * Something that is wrong with a file. Immutable.
 *
 * @param part which part of the store it belongs to, such as {@code samples}
 * @param file inside the directory
 * @param found in one sentence
 * @param remedy what to do
 */
public record Finding(String part, String file, String found, String remedy) {
  public Finding {
    requireNonNull(part, "part");
    requireNonNull(file, "file");
    requireNonNull(found, "found");
    requireNonNull(remedy, "remedy");
  }
}
