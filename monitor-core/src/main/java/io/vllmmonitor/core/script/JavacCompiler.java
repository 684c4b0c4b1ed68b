package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;
import static java.util.Objects.requireNonNull;

import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;

/**
 * The JDK's own compiler: the whole language of Java 17, some ten times slower than Janino. Works
 * in memory; sees the JDK and the API, processes no annotations, and runs nothing of what it
 * compiles. What it makes of lambdas and records is turned into plain classes by {@link Desugar}.
 * Stateless.
 */
final class JavacCompiler {
  private static final List<String> OPTIONS =
      List.of(
          "--release",
          "17",
          "-proc:none",
          "-implicit:none",
          "-nowarn",
          "-Xlint:none",
          "-g:source,lines",
          // Text is joined by a StringBuilder, which the budget knows.
          "-XDstringConcat=inline");

  private final JavaCompiler compiler;
  private final Path api;

  private JavacCompiler(JavaCompiler compiler, Path api) {
    this.compiler = compiler;
    this.api = api;
  }

  /** The compiler of the JDK that this runs on; empty where there is none, or no API to show it. */
  static Optional<JavacCompiler> ofThisJdk() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    CodeSource source = Extension.class.getProtectionDomain().getCodeSource();
    if (compiler == null || source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new JavacCompiler(compiler, Path.of(source.getLocation().toURI())));
    } catch (URISyntaxException
        | IllegalArgumentException
        | java.nio.file.FileSystemNotFoundException e) {
      // The API is no file of its own, as in a jar of jars: then Janino has to do.
      return Optional.empty();
    }
  }

  /**
   * @throws MonitorException GUARDRAIL_COMPILE with line and column; GUARDRAIL_FORBIDDEN_CALL for a
   *     lambda of a kind that is not taken
   */
  List<ClassNode> compile(String file, String text) {
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (MemoryFiles files =
        new MemoryFiles(
            compiler.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8), api)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  Writer.nullWriter(),
                  files,
                  found,
                  OPTIONS,
                  null,
                  List.of(MemoryFiles.source(file, text)));
      TreeLimits.check(file, task.parse(), Trees.instance(task).getSourcePositions());
      failOnErrors(file, found);
      task.generate();
      failOnErrors(file, found);
      return new Desugar(file, nodes(file, files.classes())).apply();
    } catch (IOException e) {
      throw new UncheckedIOException("Compiling in memory failed", e);
    }
  }

  private static void failOnErrors(String file, DiagnosticCollector<JavaFileObject> found) {
    List<Diagnostic<? extends JavaFileObject>> errors =
        found.getDiagnostics().stream()
            .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
            .toList();
    if (errors.isEmpty()) {
      return;
    }
    Diagnostic<? extends JavaFileObject> first = errors.get(0);
    String place =
        first.getLineNumber() == Diagnostic.NOPOS
            ? file
            : file + " line " + first.getLineNumber() + ", column " + first.getColumnNumber();
    String message = requireNonNull(first.getMessage(Locale.ROOT), "message");
    throw new MonitorException(
        GUARDRAIL_COMPILE,
        Blame.PLUGIN,
        place
            + ": "
            + message.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("\\s+", " ")
            + (errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more errors)"));
  }

  private static List<ClassNode> nodes(String file, List<byte[]> classes) {
    String simpleName = file.substring(file.lastIndexOf('/') + 1);
    List<ClassNode> nodes = new ArrayList<>();
    for (byte[] bytes : classes) {
      ClassNode node = new ClassNode();
      new ClassReader(bytes).accept(node, ClassReader.SKIP_FRAMES);
      node.sourceFile = simpleName;
      nodes.add(node);
    }
    return nodes;
  }
}
