package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_ID_INVALID;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_INCOMPATIBLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_UNREADABLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_MANIFEST;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NO_ENTRY;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_VERSION_INVALID;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks a plugin jar before anything is loaded from it: a readable zip, a manifest with id,
 * version and the API it needs, one entry, no API classes of its own. Stateless.
 */
final class JarInspector {
  /** The API that this daemon offers. */
  private static final int API_MAJOR = 0;

  private static final int API_MINOR = 1;

  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9.-]{1,63}");
  private static final Pattern VERSION =
      Pattern.compile("\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}([-+][0-9A-Za-z.+-]{1,64})?");
  private static final Pattern API_VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(\\.\\d+)?");
  private static final String SERVICES = "META-INF/services/" + MonitorPlugin.class.getName();
  private static final String API_FOLDER = "io/vllmmonitor/api/";
  private static final int LONGEST_SERVICES_FILE = 10_000;

  private JarInspector() {}

  /**
   * @param jar the copy to read
   * @param file the name under which it came, for messages
   * @throws MonitorException PLUGIN_JAR_UNREADABLE, PLUGIN_MANIFEST, PLUGIN_ID_INVALID,
   *     PLUGIN_VERSION_INVALID, PLUGIN_INCOMPATIBLE, PLUGIN_NO_ENTRY
   */
  static JarDescriptor inspect(Path jar, String file) {
    try (JarFile opened = new JarFile(jar.toFile(), false)) {
      Manifest manifest = opened.getManifest();
      if (manifest == null) {
        throw wrong(PLUGIN_MANIFEST, file, "has no manifest; expected META-INF/MANIFEST.MF");
      }
      Attributes attributes = manifest.getMainAttributes();
      String id = required(attributes, "Plugin-Id", file);
      if (!ID.matcher(id).matches()) {
        throw wrong(
            PLUGIN_ID_INVALID, file, "has Plugin-Id '" + id + "'; expected [a-z][a-z0-9.-]{1,63}");
      }
      String version = required(attributes, "Plugin-Version", file);
      if (!VERSION.matcher(version).matches()) {
        throw wrong(
            PLUGIN_VERSION_INVALID,
            file,
            "has Plugin-Version '" + version + "'; expected a version such as 1.0.0");
      }
      checkApi(required(attributes, "Monitor-Api", file), file);
      checkNoApiInside(opened, file);
      return new JarDescriptor(id, version, entry(opened, file), dependencies(attributes));
    } catch (IOException | SecurityException e) {
      throw new MonitorException(
          PLUGIN_JAR_UNREADABLE,
          Blame.PLUGIN,
          "Plugin jar "
              + file
              + " cannot be read as a jar ("
              + e.getMessage()
              + "); build or copy it again",
          e);
    }
  }

  private static void checkApi(String wanted, String file) {
    Matcher matcher = API_VERSION.matcher(wanted);
    if (!matcher.matches()) {
      throw wrong(PLUGIN_MANIFEST, file, "has Monitor-Api '" + wanted + "'; expected one as 0.1");
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    boolean fits = major == API_MAJOR && (major == 0 ? minor == API_MINOR : minor <= API_MINOR);
    if (!fits) {
      throw wrong(
          PLUGIN_INCOMPATIBLE,
          file,
          "asks for Monitor-Api "
              + wanted
              + ", this daemon offers "
              + API_MAJOR
              + "."
              + API_MINOR
              + "; use a matching release of the plugin or the daemon");
    }
  }

  private static void checkNoApiInside(JarFile jar, String file) {
    boolean inside =
        jar.stream()
            .map(JarEntry::getName)
            .anyMatch(name -> name.startsWith(API_FOLDER) && name.endsWith(".class"));
    if (inside) {
      throw wrong(
          PLUGIN_INCOMPATIBLE,
          file,
          "contains classes of io.vllmmonitor.api; give the API the scope 'provided'");
    }
  }

  private static String entry(JarFile jar, String file) throws IOException {
    JarEntry services = jar.getJarEntry(SERVICES);
    List<String> names = List.of();
    if (services != null) {
      try (InputStream in = jar.getInputStream(services)) {
        String text = new String(in.readNBytes(LONGEST_SERVICES_FILE), StandardCharsets.UTF_8);
        names =
            text.lines()
                .map(line -> line.replaceFirst("#.*", "").trim())
                .filter(line -> !line.isEmpty())
                .toList();
      }
    }
    if (names.size() != 1) {
      throw wrong(
          PLUGIN_NO_ENTRY,
          file,
          "names " + names.size() + " classes in " + SERVICES + "; expected exactly one");
    }
    return names.get(0);
  }

  private static List<String> dependencies(Attributes attributes) {
    String text = attributes.getValue("Plugin-Dependencies");
    return text == null
        ? List.of()
        : Stream.of(text.split(","))
            .map(part -> part.replaceFirst("[@?].*", "").trim())
            .filter(part -> !part.isEmpty())
            .toList();
  }

  private static String required(Attributes attributes, String name, String file) {
    String value = attributes.getValue(name);
    if (value == null || value.isBlank()) {
      throw wrong(PLUGIN_MANIFEST, file, "has no " + name + " in its manifest");
    }
    return value.trim();
  }

  private static MonitorException wrong(ErrorCode code, String file, String what) {
    return new MonitorException(code, Blame.PLUGIN, "Plugin jar " + file + " " + what);
  }
}
