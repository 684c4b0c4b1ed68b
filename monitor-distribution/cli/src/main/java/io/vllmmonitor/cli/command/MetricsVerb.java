package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The samples of some series. */
@Command(
    name = "metrics",
    description =
        "Samples of the series that a selector names, oldest first; the last hour unless told.")
final class MetricsVerb implements Runnable {
  @Mixin private Span span = new Span();

  @Parameters(
      paramLabel = "SELECTOR",
      description = "name, or name{label=\"value\"}, as in Prometheus; all names of a metric work.")
  private String selector = "";

  private final MonitorCommand root;
  private final Reading reading;

  MetricsVerb(MonitorCommand root) {
    this.root = root;
    this.reading = new Reading(root.surroundings().zone());
  }

  @Override
  public void run() {
    Map<String, String> parameters = span.parameters();
    parameters.put("selector", selector);
    DaemonClient.Answer answer = root.daemon().get("/api/v1/metrics", parameters);
    if (root.json()) {
      root.print(answer.text());
      return;
    }
    JsonNode items = answer.json().path("items");
    if (items.isEmpty()) {
      root.surroundings()
          .err()
          .println("No series matched in that time; 'history metrics' takes --since, such as -1d");
    }
    for (JsonNode series : items) {
      root.print(Table.clean(name(series)));
      for (JsonNode sample : series.path("samples")) {
        JsonNode value = sample.path(1);
        root.print(
            "  "
                + reading.time(sample.path(0).asText())
                + "  "
                + (value.isNull() ? "no number" : value.asText()));
      }
    }
  }

  private static String name(JsonNode series) {
    StringBuilder text = new StringBuilder(series.path("name").asText());
    String separator = "{";
    for (Map.Entry<String, JsonNode> label : series.path("labels").properties()) {
      text.append(separator)
          .append(label.getKey())
          .append("=\"")
          .append(label.getValue().asText())
          .append('"');
      separator = ",";
    }
    return text.append(separator.equals(",") ? "}" : "").toString();
  }
}
