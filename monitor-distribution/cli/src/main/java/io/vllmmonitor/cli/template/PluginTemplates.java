package io.vllmmonitor.cli.template;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;

/**
 * The files of one new plugin: of a dropped source, or of a Maven project with a test. Immutable.
 */
public final class PluginTemplates {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9.-]{1,63}");
  private static final String MAIN = "src/main/java/";
  private static final String TEST = "src/test/java/";
  private static final String SERVICE =
      "src/main/resources/META-INF/services/io.vllmmonitor.api.plugin.MonitorPlugin";
  private static final String VERSION = "1.0.0";

  private final TemplateKind kind;
  private final String id;
  private final String packageName;
  private final String className;

  private PluginTemplates(TemplateKind kind, String id, String packageName, String className) {
    this.kind = kind;
    this.id = id;
    this.packageName = packageName;
    this.className = className;
  }

  /**
   * @param id of the plugin and of its extension, {@code [a-z][a-z0-9.-]{1,63}}
   * @param packageName a Java package; empty means one below {@code com.example}
   * @throws IllegalArgumentException says which of the two is wrong and what is expected
   */
  public static PluginTemplates of(TemplateKind kind, String id, String packageName) {
    requireNonNull(kind, "kind");
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "The id '"
              + id
              + "' cannot be used; expected [a-z][a-z0-9.-]{1,63}, such as queue-watch");
    }
    String name =
        packageName.isEmpty() ? "com.example." + id.replaceAll("[^a-z0-9]", "") : packageName;
    if (!SourceVersion.isName(name, SourceVersion.RELEASE_17)) {
      throw new IllegalArgumentException(
          "'" + name + "' is no Java package; give one as --package com.example.queue");
    }
    return new PluginTemplates(kind, id, name, className(kind, id));
  }

  /** Such as {@code QueueWatch} for {@code queue-watch}; never a name that the templates use. */
  private static String className(TemplateKind kind, String id) {
    StringBuilder name = new StringBuilder();
    for (String word : id.split("[.-]+", -1)) {
      name.append(capital(word));
    }
    String used =
        template(kind, MAIN + "__className__.java")
            + template(kind, MAIN + "__className__Plugin.java")
            + template(kind, TEST + "__className__ContractTest.java");
    boolean clashes = Pattern.compile("\\b" + name + "(Plugin)?\\b").matcher(used).find();
    return clashes ? name + capital(kind.word()) : name.toString();
  }

  private static String capital(String word) {
    return word.isEmpty() ? "" : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  /** The dropped source: one file, by its name. */
  public Map<String, String> source() {
    String path =
        kind == TemplateKind.SOURCE ? "dropped/__className__.java" : MAIN + "__className__.java";
    String text = template(kind, path);
    String body = text.substring(text.indexOf("import "));
    return Map.of(className + ".java", kind.header(id) + filled(body));
  }

  /** The Maven project: texts by their paths below the project's folder. */
  public Map<String, String> project() {
    String folder = packageName.replace('.', '/') + "/";
    Map<String, String> files = new LinkedHashMap<>();
    files.put("pom.xml", filled(resource("project/pom.xml")));
    files.put(SERVICE, filled(resource("project/" + SERVICE)));
    for (String name : new String[] {"__className__.java", "__className__Plugin.java"}) {
      files.put(
          MAIN + folder + name.replace("__className__", className),
          filled(template(kind, MAIN + name)));
    }
    files.put(
        TEST + folder + className + "ContractTest.java",
        filled(template(kind, TEST + "__className__ContractTest.java")));
    return files;
  }

  private String filled(String template) {
    return template
        .replace("${package}", packageName)
        .replace("${className}", className)
        .replace("${groupId}", packageName)
        .replace("${artifactId}", id)
        .replace("${version}", VERSION);
  }

  private static String template(TemplateKind kind, String path) {
    return resource(kind.word() + "/" + path);
  }

  private static String resource(String path) {
    try (InputStream in = PluginTemplates.class.getResourceAsStream(path)) {
      return new String(requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the template " + path, e);
    }
  }
}
