package io.vllmmonitor.persistence.sqlite;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the tables of a file look like, as the steps that lead there. Immutable.
 *
 * @param name for people, such as {@code records}
 * @param migrations versions 1, 2, 3 … without a gap
 * @param checked whether the structure of the whole file is checked at every opening; for small
 *     files that matter most
 */
public record Schema(String name, List<Migration> migrations, boolean checked) {
  public Schema {
    requireNonNull(name, "name");
    migrations = List.copyOf(migrations);
    for (int i = 0; i < migrations.size(); i++) {
      if (migrations.get(i).version() != i + 1) {
        throw new IllegalArgumentException("Migration " + (i + 1) + " of " + name + " is missing");
      }
    }
  }

  /** The version that this program writes. */
  public int version() {
    return migrations.size();
  }
}
