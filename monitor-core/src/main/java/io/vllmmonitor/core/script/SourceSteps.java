package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;
import static io.vllmmonitor.api.error.ErrorCode.SOURCE_COMPILER_MISSING;
import static io.vllmmonitor.api.error.ErrorCode.SOURCE_KIND;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;

/** Compile, scan, instrument. Stateless; runs on the compiler's worker. */
final class SourceSteps implements SourceCompiler.Steps {
  private final JaninoCompiler janino = new JaninoCompiler();
  private final Supplier<Optional<JavacCompiler>> javac;

  /**
   * @param javac the JDK's compiler, empty where the daemon does not run on a JDK; asked for only
   *     when it is needed
   */
  SourceSteps(Supplier<Optional<JavacCompiler>> javac) {
    this.javac = javac;
  }

  @Override
  public byte[] classes(String file, String text, CompilerChoice choice) {
    CompilerClassLoader visible = new CompilerClassLoader();
    return switch (choice) {
      case JANINO -> byJanino(file, text, visible);
      case JAVAC -> byJavac(file, text, javac.get().orElseThrow(() -> missing(file)), visible);
      case AUTO -> {
        try {
          yield byJanino(file, text, visible);
        } catch (RuntimeException | StackOverflowError e) {
          Optional<JavacCompiler> compiler = mayBeTheDialect(e) ? javac.get() : Optional.empty();
          if (compiler.isEmpty()) {
            throw e;
          }
          yield byJavac(file, text, compiler.get(), visible);
        }
      }
    };
  }

  /**
   * Janino also fails inside at some of what is not in its dialect, or writes what cannot be
   * instrumented. What compiled and is not allowed stays so, whoever compiles it.
   */
  private static boolean mayBeTheDialect(Throwable failure) {
    return !(failure instanceof MonitorException known) || known.code() == GUARDRAIL_COMPILE;
  }

  private byte[] byJanino(String file, String text, CompilerClassLoader visible) {
    return bundle(file, CompilerChoice.JANINO, janino.compile(file, text, visible), visible);
  }

  private static byte[] byJavac(
      String file, String text, JavacCompiler compiler, CompilerClassLoader visible) {
    return bundle(file, CompilerChoice.JAVAC, compiler.compile(file, text), visible);
  }

  private static MonitorException missing(String file) {
    return new MonitorException(
        SOURCE_COMPILER_MISSING,
        Blame.OPERATOR,
        file
            + ": its header asks for javac, which a Java runtime without a JDK does not have; run"
            + " the daemon on a JDK, or leave 'compiler:' out of the header");
  }

  private static byte[] bundle(
      String file, CompilerChoice compiler, List<ClassNode> nodes, CompilerClassLoader visible) {
    nodes.forEach(node -> node.version = Opcodes.V17);
    ClassNode main = mainClass(file, nodes);
    SourceKind kind = kind(file, main);
    new SandboxScan(file, kind, nodes).check();
    BudgetTransform transform = new BudgetTransform(nodes, visible);
    Map<String, byte[]> classes = new LinkedHashMap<>();
    for (ClassNode node : nodes) {
      classes.put(node.name.replace('/', '.'), transform.apply(node));
    }
    return new ClassBundle(main.name.replace('/', '.'), kind, compiler, classes).encode();
  }

  private static ClassNode mainClass(String file, List<ClassNode> nodes) {
    List<ClassNode> candidates =
        nodes.stream()
            .filter(node -> (node.access & Opcodes.ACC_PUBLIC) != 0 && !node.name.contains("$"))
            .toList();
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    throw new MonitorException(
        GUARDRAIL_COMPILE,
        Blame.PLUGIN,
        file
            + ": has "
            + candidates.size()
            + " public classes; expected one, which implements one of "
            + SourceKind.known());
  }

  private static SourceKind kind(String file, ClassNode main) {
    List<SourceKind> kinds =
        main.interfaces.stream().map(SourceKind::ofInterface).flatMap(Optional::stream).toList();
    if (kinds.size() == 1) {
      return kinds.get(0);
    }
    throw new MonitorException(
        SOURCE_KIND,
        Blame.PLUGIN,
        file
            + ": "
            + main.name.replace('/', '.')
            + " implements "
            + (kinds.isEmpty() ? "none" : kinds.size())
            + " of the interfaces "
            + SourceKind.known()
            + "; expected exactly one, on the public class itself");
  }
}
