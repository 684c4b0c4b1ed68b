package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Takes a file through every gate that the daemon has for code before it runs, with the daemon's
 * own classes; needs no daemon and runs nothing of the file.
 */
@Command(
    name = "check",
    description =
        "Check a dropped source or a plugin jar as the daemon does, without running it: 0 it passes,"
            + " 1 it does not, 2 there is no such file.")
final class CheckVerb implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "A .java source or a .jar.")
  private Path file = Path.of("");

  private final MonitorCommand root;

  CheckVerb(MonitorCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("file", file.toString());
    ArrayNode errors = JsonNodeFactory.instance.arrayNode();
    try {
      CodeCheck.Finding finding = CodeCheck.of(file);
      answer.put("form", finding.form()).put("id", finding.id()).put("version", finding.version());
      ArrayNode brings = answer.putArray("brings");
      finding.brings().forEach(brings::add);
      ArrayNode notes = answer.putArray("notes");
      finding.notes().forEach(notes::add);
      if (!root.json()) {
        show(finding);
      }
    } catch (MonitorException e) {
      if (e.code() == ErrorCode.PLUGIN_FILE_UNSUITABLE) {
        throw e;
      }
      errors
          .addObject()
          .put("code", e.code().label())
          .put("name", e.code().name())
          .put("message", String.valueOf(e.getMessage()));
      if (!root.json()) {
        root.print(Table.clean(e.describe()));
      }
    }
    answer.put("ok", errors.isEmpty());
    answer.set("errors", errors);
    if (root.json()) {
      root.print(answer.toString());
    }
    return (errors.isEmpty() ? ExitCode.OK : ExitCode.UNHEALTHY).number();
  }

  private void show(CodeCheck.Finding finding) {
    root.print(
        "OK "
            + Table.clean(finding.id())
            + " "
            + Table.clean(finding.version())
            + ", a "
            + finding.form()
            + ", brings "
            + Table.clean(String.join(", ", finding.brings())));
    finding.notes().forEach(note -> root.print("note: " + Table.clean(note)));
  }

  /** A file that cannot be looked at at all. */
  static MonitorException unsuitable(Path file, String what) {
    return new MonitorException(
        ErrorCode.PLUGIN_FILE_UNSUITABLE,
        Blame.OPERATOR,
        file + " " + what + "; expected a .java source or a plugin .jar");
  }
}
