package io.vllmmonitor.persistence.record;

import io.vllmmonitor.persistence.sqlite.Migration;
import io.vllmmonitor.persistence.sqlite.Schema;
import java.util.List;

/** The tables of {@code monitor.db}: one per kind of record, the blobs, and the hourly metrics. */
public final class RecordSchema {
  private static final Schema CURRENT =
      new Schema(
          "records",
          List.of(
              Migration.load(RecordSchema.class, "1-records.sql"),
              Migration.load(RecordSchema.class, "2-predictions.sql"),
              Migration.load(RecordSchema.class, "3-hourly-metrics.sql"),
              Migration.load(RecordSchema.class, "4-plugins.sql"),
              Migration.load(RecordSchema.class, "5-rehearsal.sql")),
          true);

  private RecordSchema() {}

  public static Schema current() {
    return CURRENT;
  }
}
