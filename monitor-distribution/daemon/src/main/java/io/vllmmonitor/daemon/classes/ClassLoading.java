package io.vllmmonitor.daemon.classes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The program of the process that makes the archive: loads the classes named in a file, a line
 * each, and ends; Java then writes the archive. Those that cannot be loaded here, such as classes
 * of plugins, are left out.
 */
public final class ClassLoading {
  private ClassLoading() {}

  public static void main(String[] arguments) throws IOException {
    ClassLoader loader = ClassLoading.class.getClassLoader();
    int loaded = 0;
    int leftOut = 0;
    for (String name : Files.readAllLines(Path.of(arguments[0]))) {
      try {
        loaded += Class.forName(name, false, loader).isInterface() ? 0 : 1;
      } catch (ClassNotFoundException | LinkageError e) {
        leftOut++;
      }
    }
    System.out.println("loaded " + loaded + " classes, left out " + leftOut);
  }
}
