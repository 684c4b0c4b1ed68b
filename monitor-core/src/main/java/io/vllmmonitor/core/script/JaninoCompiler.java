package io.vllmmonitor.core.script;

import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.commons.compiler.Location;
import org.codehaus.janino.ClassLoaderIClassLoader;
import org.codehaus.janino.Java;
import org.codehaus.janino.Parser;
import org.codehaus.janino.Scanner;
import org.codehaus.janino.UnitCompiler;
import org.codehaus.janino.util.ClassFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;

/**
 * The quick compiler: a few milliseconds, Java 8 without lambdas. Parses, refuses what Janino would
 * compile wrongly, repairs what can be repaired, compiles. Stateless.
 */
final class JaninoCompiler {
  private static final int TARGET = 17;

  /**
   * @throws MonitorException GUARDRAIL_COMPILE with line, column and, where the dialect lacks
   *     something, an example of what to write instead
   */
  List<ClassNode> compile(String file, String text, ClassLoader visible) {
    try {
      Java.AbstractCompilationUnit unit =
          new Parser(new Scanner(file, new StringReader(text))).parseAbstractCompilationUnit();
      DialectLint lint = new DialectLint(file);
      lint.check(unit);
      if (lint.needsRepair()) {
        unit = new TryRepair().copyAbstractCompilationUnit(unit);
      }
      UnitCompiler compiler = new UnitCompiler(unit, new ClassLoaderIClassLoader(visible));
      compiler.setTargetVersion(TARGET);
      List<ClassFile> classes = new ArrayList<>();
      compiler.compileUnit(true, true, false, classes);
      return nodes(classes);
    } catch (CompileException e) {
      throw located(file, text, e);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory failed", e);
    }
  }

  private static List<ClassNode> nodes(List<ClassFile> classes) {
    List<ClassNode> nodes = new ArrayList<>();
    for (ClassFile compiled : classes) {
      ClassNode node = new ClassNode();
      new ClassReader(compiled.toByteArray()).accept(node, ClassReader.SKIP_FRAMES);
      nodes.add(node);
    }
    return nodes;
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
    String hint =
        DialectGap.of(lineAt(lines, line), lineAt(lines, line + 1), bare)
            .map(DialectGap::hint)
            .orElse("");
    return DialectLint.error(file, at, bare, hint);
  }

  private static String lineAt(String[] lines, int index) {
    return index >= 0 && index < lines.length ? lines[index] : "";
  }
}
