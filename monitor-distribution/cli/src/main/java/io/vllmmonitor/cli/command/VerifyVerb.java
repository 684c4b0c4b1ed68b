package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.daemon.boot.OfflineStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Reads all of a store or of a backup and tells what is wrong with it: through the daemon where one
 * runs, a backup always by itself.
 */
@Command(
    name = "verify",
    description =
        "Read all of the store, or of a backup, and tell what is damaged; nothing is changed.")
final class VerifyVerb implements Callable<Integer> {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Parameters(
      paramLabel = "BACKUP",
      arity = "0..1",
      description = "The folder that 'backup' made; without it the data directory is read.")
  private @Nullable Path backup;

  private final MonitorCommand root;

  VerifyVerb(MonitorCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    JsonNode report = report();
    if (root.json()) {
      root.print(report.toString());
    } else {
      show(report);
    }
    if (!report.path("opened").asBoolean()) {
      return ExitCode.STORE.number();
    }
    boolean well = report.path("total_findings").asLong() == 0;
    return (well ? ExitCode.OK : ExitCode.UNHEALTHY).number();
  }

  private JsonNode report() {
    Path folder = backup;
    if (folder == null) {
      return StoreVerbs.result(root, "verify", "", config -> OfflineStore.verify(config, null));
    }
    try {
      return MAPPER.readTree(OfflineStore.verify(root.configuration(), folder.toAbsolutePath()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The result is no JSON", e);
    }
  }

  private void show(JsonNode report) {
    Table table = new Table("PART", "FILES", "BYTES", "FINDINGS", "CHECKED");
    for (JsonNode part : report.path("parts")) {
      table.row(
          Reading.text(part, "name"),
          Reading.text(part, "files"),
          Reading.text(part, "bytes"),
          Reading.text(part, "findings"),
          checked(part.path("checked")));
    }
    table.lines().forEach(root::print);
    for (JsonNode finding : report.path("findings")) {
      root.print(
          "found: "
              + Table.clean(finding.path("file").asText())
              + ": "
              + Table.clean(finding.path("found").asText())
              + ". What to do: "
              + Table.clean(finding.path("remedy").asText()));
    }
    long total = report.path("total_findings").asLong();
    long unlisted = total - report.path("findings").size();
    if (unlisted > 0) {
      root.print("found: " + unlisted + " more findings, which are not listed");
    }
    for (JsonNode note : report.path("notes")) {
      root.print("note: " + Table.clean(note.asText()));
    }
    root.print(
        (total == 0 ? "All is well" : total + " findings")
            + " in "
            + Table.clean(report.path("directory").asText())
            + "; "
            + report.path("free_bytes").asLong()
            + " bytes are free on its disk; nothing was changed");
  }

  private static String checked(JsonNode counts) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> count : counts.properties()) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(count.getValue().asLong())
          .append(' ')
          .append(count.getKey());
    }
    return text.isEmpty() ? Reading.NOTHING : text.toString();
  }
}
