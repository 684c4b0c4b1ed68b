package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.engine.Conversion;
import io.vllmmonitor.persistence.retention.RetentionPlan;
import io.vllmmonitor.persistence.verify.VerifyReport;
import java.nio.file.Path;

/** Results of commands on the store as the REST API gives them. */
public final class StoreJson {
  private StoreJson() {}

  public static ObjectNode backup(Backups.Backup backup) {
    ObjectNode node = WebJson.object();
    node.put("path", backup.path().toString());
    node.put("at", Text.time(backup.at()));
    node.put("files", backup.files());
    node.put("bytes", backup.bytes());
    node.put("copied", backup.copied());
    return node;
  }

  /** The report as it is, times and paths as text. */
  public static ObjectNode verification(VerifyReport report) {
    return WebJson.tree(report);
  }

  public static ObjectNode retention(RetentionPlan plan, boolean dryRun) {
    ObjectNode node = WebJson.object();
    node.put("at", Text.time(plan.at()));
    node.put("dry_run", dryRun);
    node.put("bytes", plan.bytes());
    node.put("excess_bytes", plan.excessBytes());
    ArrayNode parts = node.putArray("parts");
    for (RetentionPlan.PartRemoval removal : plan.parts()) {
      ObjectNode part = parts.addObject();
      part.put("name", removal.part().name());
      part.put("content", removal.part().content().name());
      part.put("reason", removal.reason().name());
      part.put("bytes", removal.part().bytes());
    }
    ArrayNode records = node.putArray("records");
    for (RetentionPlan.RecordRemoval removal : plan.records()) {
      ObjectNode kind = records.addObject();
      kind.put("table", removal.kind().table());
      kind.put("before", Text.time(removal.before()));
      kind.put("rows", removal.rows());
      kind.put("kept", removal.kept());
    }
    return node;
  }

  public static ObjectNode conversion(Conversion.Report report) {
    ObjectNode node = WebJson.object();
    node.put("from", report.from().name());
    node.put("to", report.to().name());
    node.put("samples", report.copied().samples());
    node.put("rows", report.copied().rows());
    node.put("blobs", report.copied().blobs());
    node.put("aggregates_left", report.copied().aggregatesLeft());
    node.put("replaced", report.replaced().map(Path::toString).orElse(null));
    ArrayNode problems = node.putArray("problems");
    report.problems().forEach(problem -> problems.add(problem.message()));
    return node;
  }
}
