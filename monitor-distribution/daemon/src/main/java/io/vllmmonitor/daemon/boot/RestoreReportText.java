package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.history.RestoreReport;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A restart report for people: what came back in one line per thing, what started fresh as a count.
 */
final class RestoreReportText {
  private RestoreReportText() {}

  static String of(RestoreReport report, boolean first, ZoneId zone) {
    StringBuilder text = new StringBuilder("Restart report, ");
    text.append(local(report.at(), zone)).append('\n');
    text.append(
        first
            ? "  the first start on this data directory\n"
            : report.previousStop() == null
                ? "  the life before did not end in order\n"
                : "  the life before ended in order at "
                    + local(report.previousStop(), zone)
                    + "\n");
    Map<String, Integer> fresh = new TreeMap<>();
    for (RestoreReport.Item item : report.items()) {
      if (item.status() == RestoreReport.Status.FRESH) {
        fresh.merge(item.kind(), 1, Integer::sum);
      } else {
        text.append("  ")
            .append(item.status())
            .append(' ')
            .append(item.kind())
            .append(' ')
            .append(item.subject())
            .append(": ")
            .append(item.detail())
            .append(item.asOf() == null ? "" : " (as of " + local(item.asOf(), zone) + ")")
            .append('\n');
      }
    }
    if (!fresh.isEmpty()) {
      List<String> counts = new ArrayList<>();
      fresh.forEach((kind, count) -> counts.add(count + " " + kind));
      text.append("  fresh: ").append(String.join(", ", counts));
      text.append('\n');
    }
    return text.toString();
  }

  /** Local time with its offset, as the command line prints it. */
  private static String local(Instant at, ZoneId zone) {
    return OffsetDateTime.ofInstant(at.truncatedTo(ChronoUnit.SECONDS), zone)
        .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
  }
}
