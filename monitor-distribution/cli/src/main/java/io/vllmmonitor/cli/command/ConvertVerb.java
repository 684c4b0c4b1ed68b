package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.daemon.boot.OfflineStore;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Brings the store of a data directory into another form, while no daemon runs on it. */
@Command(
    name = "convert",
    description = "Bring the store into another form; the daemon must be stopped.")
final class ConvertVerb implements Runnable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORM",
      description = "hybrid, sqlite or json, as storage.backend names them.")
  private String form = "";

  private final MonitorCommand root;

  ConvertVerb(MonitorCommand root) {
    this.root = root;
  }

  @Override
  public void run() {
    Path data = root.directory();
    String result = OfflineStore.convert(root.configuration(), form);
    if (root.json()) {
      root.print(result);
      return;
    }
    JsonNode report = tree(result);
    root.print(
        "Converted the store in "
            + Table.clean(data.toString())
            + " from "
            + report.path("from").asText()
            + " to "
            + report.path("to").asText()
            + ": "
            + report.path("samples").asLong()
            + " samples, "
            + report.path("rows").asLong()
            + " rows, "
            + report.path("blobs").asLong()
            + " blobs, compared bit for bit");
    for (JsonNode problem : report.path("problems")) {
      root.print("Damaged before, and therefore left out: " + Table.clean(problem.asText()));
    }
    if (report.path("aggregates_left").asInt() > 0) {
      root.print(
          report.path("aggregates_left").asInt()
              + " months of aggregates begin before the oldest sample; what they tell of forgotten"
              + " samples is only in the files of before");
    }
    if (!report.path("replaced").isNull()) {
      root.print(
          "The files of before are in "
              + Table.clean(report.path("replaced").asText())
              + "; delete them when all is well");
    }
    root.print("Set storage.backend: " + form + " in the configuration");
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The result is no JSON", e);
    }
  }
}
