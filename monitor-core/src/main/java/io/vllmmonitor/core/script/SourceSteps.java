package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.commons.compiler.Location;
import org.codehaus.janino.ClassLoaderIClassLoader;
import org.codehaus.janino.Java;
import org.codehaus.janino.Parser;
import org.codehaus.janino.Scanner;
import org.codehaus.janino.UnitCompiler;
import org.codehaus.janino.util.ClassFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;

/** Parse, lint, repair, compile, scan, instrument. Stateless; runs on the compiler's worker. */
final class SourceSteps implements SourceCompiler.Steps {
  private static final int TARGET = 17;
  private static final String GUARDRAIL = "io/vllmmonitor/api/guardrail/Guardrail";

  @Override
  public byte[] classes(String file, String text) {
    CompilerClassLoader visible = new CompilerClassLoader();
    List<ClassNode> nodes = new ArrayList<>();
    for (ClassFile compiled : compile(file, text, visible)) {
      ClassNode node = new ClassNode();
      new ClassReader(compiled.toByteArray()).accept(node, ClassReader.SKIP_FRAMES);
      node.version = Opcodes.V17;
      nodes.add(node);
    }
    ClassNode main = mainClass(file, nodes);
    new SandboxScan(file, nodes).check();
    BudgetTransform transform = new BudgetTransform(nodes, visible);
    Map<String, byte[]> classes = new LinkedHashMap<>();
    for (ClassNode node : nodes) {
      classes.put(node.name.replace('/', '.'), transform.apply(node));
    }
    return new ClassBundle(main.name.replace('/', '.'), classes).encode();
  }

  private static List<ClassFile> compile(String file, String text, ClassLoader visible) {
    try {
      Java.AbstractCompilationUnit unit =
          new Parser(new Scanner(file, new StringReader(text))).parseAbstractCompilationUnit();
      DialectLint lint = new DialectLint(file);
      lint.visitAbstractCompilationUnit(unit);
      if (lint.needsRepair()) {
        unit = new TryRepair().copyAbstractCompilationUnit(unit);
      }
      UnitCompiler compiler = new UnitCompiler(unit, new ClassLoaderIClassLoader(visible));
      compiler.setTargetVersion(TARGET);
      List<ClassFile> classes = new ArrayList<>();
      compiler.compileUnit(true, true, false, classes);
      return classes;
    } catch (CompileException e) {
      throw located(file, text, e);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory failed", e);
    }
  }

  private static MonitorException located(String file, String text, CompileException failure) {
    Location at = failure.getLocation();
    String message = String.valueOf(failure.getMessage());
    if (at == null) {
      return DialectLint.error(file, at, message, "");
    }
    // Janino repeats the place in front of its message.
    String place = at + ": ";
    String bare = message.startsWith(place) ? message.substring(place.length()) : message;
    String[] lines = text.split("\\R", -1);
    int line = at.getLineNumber() - 1;
    String hint = line >= 0 && line < lines.length ? DialectLint.hintFor(lines[line], message) : "";
    return DialectLint.error(file, at, bare, hint);
  }

  private static ClassNode mainClass(String file, List<ClassNode> nodes) {
    List<ClassNode> candidates =
        nodes.stream()
            .filter(node -> (node.access & Opcodes.ACC_PUBLIC) != 0 && !node.name.contains("$"))
            .toList();
    if (candidates.size() == 1 && candidates.get(0).interfaces.contains(GUARDRAIL)) {
      return candidates.get(0);
    }
    throw new MonitorException(
        GUARDRAIL_COMPILE,
        Blame.PLUGIN,
        file
            + ": has "
            + candidates.size()
            + " public classes"
            + (candidates.size() == 1 ? " that do not implement Guardrail" : "")
            + "; expected one: public class … implements"
            + " io.vllmmonitor.api.guardrail.Guardrail");
  }
}
