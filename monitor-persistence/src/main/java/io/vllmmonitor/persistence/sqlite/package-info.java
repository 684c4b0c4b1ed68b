/**
 * One SQLite file, safely: transactions, readers, checkpoints, migrations, the high-water mark. The
 * stores hand in work, this package runs it and translates what SQLite says. Start at {@link
 * io.vllmmonitor.persistence.sqlite.SqliteFile}.
 */
@NullMarked
package io.vllmmonitor.persistence.sqlite;

import org.jspecify.annotations.NullMarked;
