package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

/**
 * One place in a class of the jar that names a type, or a member of one. Immutable.
 *
 * @param caller the class and method it stands in, in Java form
 * @param line of the source; 0 where it is not known
 * @param owner internal name of the type
 * @param name of the member; empty where only the type is named
 * @param descriptor of the member; empty where only the type is named
 */
record Reference(String caller, int line, String owner, String name, String descriptor) {
  Reference {
    requireNonNull(caller, "caller");
    requireNonNull(owner, "owner");
    requireNonNull(name, "name");
    requireNonNull(descriptor, "descriptor");
  }

  /** What is the same wherever it stands. */
  String target() {
    return owner + "." + name + descriptor;
  }

  /** The place, for people. */
  String place() {
    return line == 0 ? caller : caller + " (line " + line + ")";
  }
}
