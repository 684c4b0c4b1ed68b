package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.cli.template.PluginTemplates;
import io.vllmmonitor.cli.template.TemplateKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a source or a project that runs as it is, to be changed; needs no daemon. */
@Command(
    name = "new",
    description = "Write a plugin to begin with: one source file, or a Maven project with a test.")
final class NewPluginVerb implements Runnable {
  @Option(
      names = "--kind",
      required = true,
      paramLabel = "KIND",
      description = "guardrail, predictor, strategy, learner, listener or source.")
  private String kind = "";

  @Option(
      names = "--id",
      required = true,
      paramLabel = "ID",
      description = "Its name for good, such as queue-watch.")
  private String id = "";

  @Option(names = "--source", description = "One file to drop; this is the default.")
  private boolean source;

  @Option(names = "--jar", description = "A Maven project that builds a plugin jar.")
  private boolean jar;

  @Option(
      names = "--package",
      paramLabel = "PACKAGE",
      description = "The Java package of the project; com.example.… by default.")
  private String packageName = "";

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description =
          "Where the file or the project's folder is made; the current folder by default.")
  private Path folder = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  private final MonitorCommand root;

  NewPluginVerb(MonitorCommand root) {
    this.root = root;
  }

  @Override
  public void run() {
    if (source && jar) {
      throw wrong("--source and --jar exclude each other");
    }
    TemplateKind wanted = kind();
    PluginTemplates templates = templates(wanted);
    Map<String, String> files = jar ? templates.project() : templates.source();
    Path place = jar ? folder.resolve(id) : folder;
    List<Path> written = new ArrayList<>();
    refuseExisting(place, files);
    files.forEach((name, text) -> written.add(write(place.resolve(name), text)));
    tell(wanted, place, written);
  }

  private TemplateKind kind() {
    Optional<TemplateKind> found =
        Arrays.stream(TemplateKind.values()).filter(k -> k.word().equals(kind)).findFirst();
    return found.orElseThrow(
        () ->
            wrong(
                "There is no kind '"
                    + kind
                    + "'; expected guardrail, predictor, strategy, learner, listener or source"));
  }

  private PluginTemplates templates(TemplateKind wanted) {
    try {
      return PluginTemplates.of(wanted, id, packageName);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  /** Nothing is written where one of the files is there already. */
  private static void refuseExisting(Path place, Map<String, String> files) {
    for (String name : files.keySet()) {
      Path file = place.resolve(name);
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new MonitorException(
            ErrorCode.PLUGIN_TEMPLATE_EXISTS,
            Blame.OPERATOR,
            file + " is there already; nothing was written. Take another id or another folder");
      }
    }
  }

  private static Path write(Path file, String text) {
    try {
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      return Files.writeString(
          file,
          text,
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new MonitorException(
          ErrorCode.PLUGIN_TEMPLATE_WRITE,
          Blame.ENVIRONMENT,
          "Cannot write " + file + " (" + e + "); take a folder that you may write to",
          e);
    }
  }

  private void tell(TemplateKind wanted, Path place, List<Path> written) {
    if (root.json()) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      answer.put("id", id).put("kind", wanted.word()).put("form", jar ? "jar" : "source");
      ArrayNode files = answer.putArray("files");
      written.forEach(file -> files.add(file.toString()));
      root.print(answer.toString());
      return;
    }
    written.forEach(file -> root.print("wrote " + Table.clean(file.toString())));
    if (jar) {
      String built = place.resolve("target").resolve(id + "-1.0.0.jar").toString();
      root.print("build it:  mvn -f " + Table.clean(place.toString()) + " verify");
      root.print("check it:  vllm-monitor plugin check " + Table.clean(built));
      root.print(
          "drop it:   install -m 644 "
              + Table.clean(built)
              + " "
              + Table.clean(root.directory().resolve("plugins").resolve(id + ".jar").toString()));
    } else {
      String file = Table.clean(written.get(0).toString());
      root.print("check it:  vllm-monitor plugin check " + file);
      String drops = Table.clean(root.directory().resolve(wanted.folder()).toString());
      root.print("drop it:   cp " + file + " " + drops + "/");
    }
  }
}
