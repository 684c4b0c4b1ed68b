package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_ID_INVALID;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_INCOMPATIBLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_MANIFEST;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_VERSION_INVALID;

import io.vllmmonitor.api.error.MonitorException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the attributes of a plugin's manifest and checks each. Stateless. */
final class JarManifest {
  /** The API that this daemon offers. */
  static final String API = "0.1";

  private static final int API_MAJOR = 0;
  private static final int API_MINOR = 1;
  private static final Pattern API_VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(\\.\\d+)?");

  private JarManifest() {}

  /**
   * The descriptor of a jar.
   *
   * @param entry the class that its services file names
   * @throws MonitorException PLUGIN_MANIFEST, PLUGIN_ID_INVALID, PLUGIN_VERSION_INVALID or
   *     PLUGIN_INCOMPATIBLE
   */
  static JarDescriptor descriptor(Manifest manifest, String entry, JarProblem problem) {
    Attributes attributes = manifest.getMainAttributes();
    String id = id(attributes, problem);
    List<Dependency> dependencies =
        list(attributes, "Plugin-Dependencies", Dependency::parseList, List.of(), problem);
    List<Dependency> conflicts =
        list(attributes, "Plugin-Conflicts", Dependency::parseList, List.of(), problem);
    checkOthers(id, dependencies, conflicts, problem);
    return new JarDescriptor(
        id,
        version(attributes, problem),
        entry,
        dependencies,
        conflicts,
        list(attributes, "Plugin-Capabilities", PluginCapability::parseList, Set.of(), problem),
        list(
            attributes,
            "Plugin-Requires-Hardware",
            HardwareRequirement::parseList,
            List.of(),
            problem));
  }

  /**
   * The checks that come before any other, since what they find explains most of what follows.
   *
   * @throws MonitorException as {@link #descriptor}
   */
  static void checkBasics(Manifest manifest, JarProblem problem) {
    Attributes attributes = manifest.getMainAttributes();
    id(attributes, problem);
    version(attributes, problem);
    checkApi(required(attributes, "Monitor-Api", problem), problem);
  }

  private static String id(Attributes attributes, JarProblem problem) {
    String id = required(attributes, "Plugin-Id", problem);
    if (!Dependency.ID.matcher(id).matches()) {
      throw problem.of(
          PLUGIN_ID_INVALID, "has Plugin-Id '" + id + "'; expected " + Dependency.ID.pattern());
    }
    return id;
  }

  private static String version(Attributes attributes, JarProblem problem) {
    String version = required(attributes, "Plugin-Version", problem);
    if (Version.parse(version).isEmpty()) {
      throw problem.of(
          PLUGIN_VERSION_INVALID,
          "has Plugin-Version '" + version + "'; expected " + Version.EXPECTED);
    }
    return version;
  }

  private static void checkApi(String wanted, JarProblem problem) {
    Matcher matcher = API_VERSION.matcher(wanted);
    if (!matcher.matches()) {
      throw problem.of(PLUGIN_MANIFEST, "has Monitor-Api '" + wanted + "'; expected one as 0.1");
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    boolean fits = major == API_MAJOR && (major == 0 ? minor == API_MINOR : minor <= API_MINOR);
    if (!fits) {
      throw problem.of(
          PLUGIN_INCOMPATIBLE,
          "asks for Monitor-Api "
              + wanted
              + ", this daemon offers "
              + API
              + "; use a matching release of the plugin or the daemon");
    }
  }

  private static void checkOthers(
      String id, List<Dependency> dependencies, List<Dependency> conflicts, JarProblem problem) {
    for (Dependency dependency : dependencies) {
      if (dependency.id().equals(id)) {
        throw problem.of(
            PLUGIN_MANIFEST, "names itself, '" + id + "', in Plugin-Dependencies; take it out");
      }
    }
    for (Dependency conflict : conflicts) {
      if (conflict.id().equals(id)) {
        throw problem.of(
            PLUGIN_MANIFEST, "names itself, '" + id + "', in Plugin-Conflicts; take it out");
      }
      if (conflict.optional()) {
        throw problem.of(
            PLUGIN_MANIFEST, "has '" + conflict + "' in Plugin-Conflicts; there '?' means nothing");
      }
    }
  }

  private static <T> T list(
      Attributes attributes, String name, Function<String, T> parse, T none, JarProblem problem) {
    String text = attributes.getValue(name);
    if (text == null || text.isBlank()) {
      return none;
    }
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw problem.of(
          PLUGIN_MANIFEST, "has " + name + " '" + text.trim() + "': " + e.getMessage());
    }
  }

  private static String required(Attributes attributes, String name, JarProblem problem) {
    String value = attributes.getValue(name);
    if (value == null || value.isBlank()) {
      throw problem.of(PLUGIN_MANIFEST, "has no " + name + " in its manifest");
    }
    return value.trim();
  }
}
