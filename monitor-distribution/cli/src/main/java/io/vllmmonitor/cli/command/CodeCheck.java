package io.vllmmonitor.cli.command;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.core.jar.JarChecks;
import io.vllmmonitor.core.jar.JarDescriptor;
import io.vllmmonitor.core.script.CompiledSource;
import io.vllmmonitor.core.script.CompilerChoice;
import io.vllmmonitor.core.script.SourceCompiler;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The gates for one file: those for sources or those for jars. Stateless; runs nothing of it. */
final class CodeCheck {
  private CodeCheck() {}

  /**
   * What passed.
   *
   * @param form source or jar
   * @param brings the kinds of extension that it brings, as far as can be told without running it
   * @param notes what its author should know beside
   */
  record Finding(String form, String id, String version, List<String> brings, List<String> notes) {
    Finding {
      brings = List.copyOf(brings);
      notes = List.copyOf(notes);
    }
  }

  /**
   * @throws MonitorException PLUGIN_FILE_UNSUITABLE where there is nothing to check; else the code
   *     with which the daemon would reject the file
   */
  static Finding of(Path file) {
    String name = String.valueOf(file.getFileName());
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw CheckVerb.unsuitable(file, "is no file that can be read");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".java")) {
      return source(file, name);
    }
    if (lower.endsWith(".jar")) {
      return jar(file, name);
    }
    throw CheckVerb.unsuitable(file, "has another ending");
  }

  private static Finding source(Path file, String name) {
    CompiledSource compiled = new SourceCompiler().compile(name, bytes(file));
    List<String> notes = new ArrayList<>();
    if (compiled.compiler() == CompilerChoice.JAVAC) {
      notes.add("it needs a daemon that runs on a JDK: it is beyond the dialect of a plain JRE");
    }
    return new Finding(
        "source",
        compiled.header().id(),
        compiled.header().version(),
        List.of(compiled.kind().word()),
        notes);
  }

  /** One byte more than is compiled is enough to see that it is too large. */
  private static byte[] bytes(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(SourceCompiler.LARGEST_SOURCE_BYTES + 1);
    } catch (IOException e) {
      throw CheckVerb.unsuitable(file, "cannot be read (" + e + ")");
    }
  }

  private static Finding jar(Path file, String name) {
    JarDescriptor jar = new JarChecks().check(file, name, false);
    List<String> notes = new ArrayList<>();
    jar.dependencies().forEach(needed -> notes.add("it needs the plugin " + needed));
    jar.conflicts().forEach(other -> notes.add("it does not run beside the plugin " + other));
    jar.hardware().forEach(needed -> notes.add("it needs of the machine: " + needed));
    jar.capabilities().forEach(asked -> notes.add("it asks for the capability " + asked.word()));
    return new Finding("jar", jar.id(), jar.version(), overridden(file, jar.entry()), notes);
  }

  /** The methods of the entry that bring something; the class is read, not initialised. */
  private static List<String> overridden(Path file, String entry) {
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {file.toUri().toURL()}, MonitorPlugin.class.getClassLoader())) {
      Class<?> type = Class.forName(entry, false, loader);
      TreeSet<String> found = new TreeSet<>();
      for (Method method : MonitorPlugin.class.getMethods()) {
        Method own = type.getMethod(method.getName(), method.getParameterTypes());
        if (own.getDeclaringClass() != MonitorPlugin.class) {
          found.add(method.getName());
        }
      }
      return found.isEmpty() ? List.of("nothing") : List.copyOf(found);
    } catch (ReflectiveOperationException | LinkageError e) {
      return List.of("what only another plugin shows");
    } catch (IOException e) {
      throw CheckVerb.unsuitable(file, "cannot be read (" + e + ")");
    }
  }
}
