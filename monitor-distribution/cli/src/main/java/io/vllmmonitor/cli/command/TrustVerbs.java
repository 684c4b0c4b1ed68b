package io.vllmmonitor.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.core.jar.SigningKey;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Who vouches for a plugin jar: its author with a key, or the operator with his word. */
final class TrustVerbs {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private TrustVerbs() {}

  /** Lets a jar in that waits for the operator. */
  @Command(
      name = "approve",
      description =
          "Let the jar of a plugin in that waits for it: one that is signed with another key than"
              + " before, or not at all. Where none waits: run content in quarantine again.")
  static final class Approve implements Runnable {
    @Parameters(paramLabel = "ID", description = "The plugin, as the problem in 'status' names it.")
    private String id = "";

    private final MonitorCommand root;

    Approve(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      String name = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
      DaemonClient.Answer answer = root.daemon().post("/api/v1/plugins/" + name + "/approve");
      JsonNode approval = answer.json();
      root.print(
          root.json()
              ? answer.text()
              : Table.clean(
                  "Approved for "
                      + Reading.text(approval, "id")
                      + ": "
                      + Reading.text(approval, "approved")
                      + ". "
                      + Reading.text(approval, "file")
                      + " runs, or starts within seconds"));
    }
  }

  /** Makes a key for an author. */
  @Command(name = "keygen", description = "Make a key that plugin jars are signed with.")
  static final class Keygen implements Runnable {
    @Parameters(paramLabel = "FILE", description = "A new file; keep it to yourself.")
    private Path file = Path.of("");

    private final MonitorCommand root;

    Keygen(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      SigningKey key = SigningKey.create(file);
      tell(root, "The key " + key.fingerprint() + " is in " + file, key, file);
    }
  }

  /** Signs a jar. */
  @Command(name = "sign", description = "Sign a plugin jar: write JAR.sig beside it.")
  static final class Sign implements Runnable {
    @Parameters(
        paramLabel = "JAR",
        description = "The finished jar; a change breaks the signature.")
    private Path jar = Path.of("");

    @Option(
        names = "--key",
        required = true,
        paramLabel = "FILE",
        description = "A key that 'plugin keygen' made.")
    private Path file = Path.of("");

    private final MonitorCommand root;

    Sign(MonitorCommand root) {
      this.root = root;
    }

    @Override
    public void run() {
      SigningKey key = SigningKey.read(file);
      Path written = key.sign(jar);
      tell(root, "Signed with " + key.fingerprint() + ": " + written, key, written);
    }
  }

  private static void tell(MonitorCommand root, String sentence, SigningKey key, Path file) {
    root.print(
        root.json()
            ? MAPPER
                .createObjectNode()
                .put("fingerprint", key.fingerprint())
                .put("file", file.toString())
                .toString()
            : Table.clean(sentence));
  }
}
