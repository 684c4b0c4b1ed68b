package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.config.Durations;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.daemon.boot.OfflineExchange;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The verbs that bring a store into a directory and back: through the daemon where one runs, else
 * by opening the store themselves.
 */
final class ExchangeVerbs {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private ExchangeVerbs() {}

  /** Writes an archive. */
  @Command(
      name = "export",
      description = "Write samples, records and code into a directory that can be imported.")
  static final class Export implements Runnable {
    @Parameters(paramLabel = "DIR", description = "New or empty, outside the data directory.")
    private Path directory = Path.of("");

    @Option(
        names = {"--from", "--since"},
        paramLabel = "TIME",
        description = "From this time on: RFC 3339, or back from now such as -2h.")
    private @Nullable String from;

    @Option(
        names = {"--to", "--until"},
        paramLabel = "TIME",
        description = "Before this time: RFC 3339, or back from now such as -30m.")
    private @Nullable String to;

    @Option(
        names = "--format",
        paramLabel = "FORMAT",
        description = "jsonl (the default), csv or chunks; all can be imported.")
    private @Nullable String format;

    @Option(
        names = "--compression",
        paramLabel = "WHAT",
        description = "none, samples (the default) or all; with zstd.")
    private @Nullable String compression;

    private final MonitorCommand root;

    Export(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      ObjectNode body = MAPPER.createObjectNode();
      body.put("directory", directory.toAbsolutePath().toString());
      put(body, "from", time(from, "--from"));
      put(body, "to", time(to, "--to"));
      put(body, "format", format);
      put(body, "compression", compression);
      JsonNode result = exchange(root, "export", body);
      if (root.json()) {
        root.print(result.toString());
        return;
      }
      root.print(
          "Exported "
              + result.path("samples").asLong()
              + " samples, "
              + records(result)
              + " records and "
              + result.path("blobs").asLong()
              + " blobs into "
              + Table.clean(result.path("directory").asText())
              + " ("
              + result.path("bytes").asLong()
              + " bytes in "
              + result.path("files").asLong()
              + " files)");
    }

    private static long records(JsonNode result) {
      long sum = 0;
      for (JsonNode rows : result.path("records")) {
        sum += rows.asLong();
      }
      return sum;
    }

    private static @Nullable String time(@Nullable String text, String option) {
      if (text == null || text.contains("T")) {
        return text;
      }
      try {
        String back = text.startsWith("-") ? text.substring(1) : text;
        return Instant.now().minus(Durations.parse(back)).toString();
      } catch (MonitorException e) {
        throw new MonitorException(
            ErrorCode.HTTP_BAD_REQUEST,
            Blame.OPERATOR,
            option + " is '" + text + "', expected RFC 3339, or back from now such as -2h",
            e);
      }
    }
  }

  /** Reads an archive. */
  @Command(
      name = "import",
      description =
          "Bring in what 'export' wrote, or the data directory of the earlier Python package.")
  static final class Import implements Callable<Integer> {
    /** One of them must be chosen. */
    static final class Mode {
      @Option(
          names = "--merge",
          description = "Keep what is there; a stated rule decides where both have something.")
      @SuppressWarnings("UnusedVariable") // picocli sees to it that one of the two is chosen
      private boolean merge;

      @Option(
          names = "--replace",
          description =
              "Put the archive in the place of what is there; the daemon must be stopped.")
      private boolean replace;
    }

    @Parameters(paramLabel = "DIR")
    private Path directory = Path.of("");

    @ArgGroup(multiplicity = "1")
    private Mode mode = new Mode();

    @Option(names = "--dry-run", description = "Change nothing; tell what would be done.")
    private boolean dryRun;

    @Option(
        names = "--trust-code",
        description = "Also import code that would run and never ran here.")
    private boolean trustCode;

    private final MonitorCommand root;

    Import(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public Integer call() {
      ObjectNode body = MAPPER.createObjectNode();
      body.put("directory", directory.toAbsolutePath().toString());
      body.put("mode", mode.replace ? "replace" : "merge");
      body.put("dry_run", dryRun);
      body.put("trust_code", trustCode);
      JsonNode result = exchange(root, "import", body);
      if (root.json()) {
        root.print(result.toString());
      } else {
        show(result);
      }
      boolean whole = result.path("rejected").isEmpty();
      return (whole ? ExitCode.OK : ExitCode.UNHEALTHY).number();
    }

    private void show(JsonNode result) {
      Table table = new Table("PART", "READ", "ADDED", "CHANGED", "SAME", "KEPT", "REJECTED");
      for (JsonNode part : result.path("parts")) {
        table.row(
            part.path("name").asText(),
            part.path("read").asText(),
            part.path("added").asText(),
            part.path("changed").asText(),
            part.path("same").asText(),
            part.path("kept").asText(),
            part.path("rejected").asText());
      }
      table.lines().forEach(root::print);
      for (JsonNode conflict : result.path("conflicts")) {
        root.print(
            "differs: "
                + Table.clean(conflict.path("part").asText())
                + " "
                + Table.clean(conflict.path("what").asText())
                + " → "
                + conflict.path("won").asText()
                + " ("
                + conflict.path("rule").asText()
                + ")");
      }
      result
          .path("rejected")
          .properties()
          .forEach(reason -> root.print("rejected: " + reason.getKey() + " " + reason.getValue()));
      for (JsonNode note : result.path("notes")) {
        root.print("note: " + Table.clean(note.asText()));
      }
      if (result.path("dry_run").asBoolean()) {
        root.print("A dry run: nothing was changed");
      }
    }
  }

  private static void put(ObjectNode body, String key, @Nullable String value) {
    if (value != null) {
      body.put(key, value);
    }
  }

  private static JsonNode exchange(MonitorCommand root, String verb, ObjectNode body) {
    if (DaemonClient.isThere(root.directory())) {
      DaemonClient daemon = root.daemon();
      JsonNode job = daemon.post("/api/v1/" + verb, body.toString()).json();
      return await(daemon, job);
    }
    try {
      return MAPPER.readTree(OfflineExchange.run(root.configuration(), verb, body.toString()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The result is no JSON", e);
    }
  }

  /** The result of a job, once it has ended. */
  static JsonNode await(DaemonClient daemon, JsonNode started) {
    JsonNode job = started;
    while (job.path("status").asText().equals("running")) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new MonitorException(
            ErrorCode.SHUTTING_DOWN,
            Blame.OPERATOR,
            "Interrupted; the daemon goes on with job " + job.path("id").asText());
      }
      job = daemon.get("/api/v1/jobs/" + job.path("id").asText(), Map.of()).json();
    }
    if (job.path("status").asText().equals("done")) {
      return job.path("result");
    }
    String label = job.path("code").asText();
    ErrorCode code =
        Arrays.stream(ErrorCode.values())
            .filter(candidate -> candidate.label().equals(label))
            .findFirst()
            .orElse(ErrorCode.INTERNAL);
    throw new MonitorException(code, Blame.OPERATOR, job.path("detail").asText());
  }
}
