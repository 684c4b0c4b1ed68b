package io.vllmmonitor.daemon.classes;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** What this process has loaded, as Java's own diagnostic command tells it. */
final class LoadedClasses {
  private static final String BEAN = "com.sun.management:type=DiagnosticCommand";
  private static final String COMMAND = "vmClassHierarchy";

  /** Such as {@code | |--java.util.ArrayList/null}: a name, and its loader after the slash. */
  private static final Pattern LINE = Pattern.compile("^[| ]*(?:\\|--)?([\\w.$]+)/(?:null|0x).*");

  private LoadedClasses() {}

  /**
   * The names of all classes and interfaces, without those that Java makes up at run time.
   *
   * @throws IOException when this Java does not tell
   */
  static List<String> names() throws IOException {
    try {
      String tree =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName(BEAN),
                      COMMAND,
                      new Object[] {new String[] {"-i"}},
                      new String[] {String[].class.getName()});
      return names(tree);
    } catch (JMException e) {
      throw new IOException("This Java does not tell which classes it has loaded", e);
    }
  }

  /** The names in a tree of classes. */
  static List<String> names(String tree) {
    return tree.lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .map(line -> line.group(1))
        .filter(name -> !name.contains("$$") && !name.contains("LambdaForm$"))
        .distinct()
        .toList();
  }
}
