package io.vllmmonitor.acceptance.hostile;

import io.vllmmonitor.acceptance.hostile.HostileInput.Act;
import io.vllmmonitor.acceptance.hostile.HostileInput.Kind;
import io.vllmmonitor.acceptance.hostile.JarRecipe.Spot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Files that are no plugin jar, or one that does not fit. */
final class BrokenJars {
  private static final String PLAIN = "plain";
  private static final String LATE = "missing-member";
  private static final long BOMB_BYTES = 256L << 20;
  private static final byte VERSION_OF_THE_FUTURE = 99;

  /** The first bytes of a class file of Java 17. */
  private static final byte[] HEAD = {
    (byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE, 0, 0, 0, 61
  };

  private final List<JarRecipe> recipes = new ArrayList<>();
  private final List<HostileInput> inputs = new ArrayList<>();

  BrokenJars() {
    recipes.add(JarRecipe.of(PLAIN));
    files();
    manifests();
    contents();
    dependencies();
  }

  List<JarRecipe> recipes() {
    return recipes;
  }

  List<HostileInput> inputs() {
    return inputs;
  }

  private void files() {
    file("empty-jar", "an empty file", Expected.NOT_A_JAR, plain -> new byte[0]);
    file(
        "text-jar",
        "a text file",
        Expected.NOT_A_JAR,
        plain -> "This is not a jar.\n".repeat(100).getBytes(StandardCharsets.UTF_8));
    file(
        "truncated-jar",
        "the first half of a jar",
        Expected.NOT_A_JAR,
        plain -> Arrays.copyOf(plain, plain.length / 2));
    file("no-manifest", "a jar without a manifest", Expected.NO_MANIFEST, BrokenJars::headless);
  }

  private void manifests() {
    recipe(
        JarRecipe.of("no-id").withAttribute("Plugin-Id", ""),
        "a manifest without Plugin-Id",
        Expected.NO_MANIFEST);
    recipe(
        JarRecipe.of("wrong-id").withAttribute("Plugin-Id", "../../Etc"),
        "a Plugin-Id that is none",
        Expected.WRONG_ID);
    recipe(
        JarRecipe.of("wrong-version").withAttribute("Plugin-Version", "one"),
        "a Plugin-Version that is none",
        Expected.WRONG_VERSION);
    recipe(
        JarRecipe.of("wrong-api").withAttribute("Monitor-Api", "9.0"),
        "a Monitor-Api of the future",
        Expected.WRONG_API);
  }

  private void contents() {
    recipe(
        JarRecipe.of("no-entry")
            .edited(
                entries -> {
                  entries.remove(JarRecipe.SERVICE);
                  return entries;
                }),
        "no services line",
        Expected.NO_ENTRY);
    recipe(
        JarRecipe.of("entry-not-there")
            .edited(
                entries -> {
                  entries.put(
                      JarRecipe.SERVICE, "hostile.Nobody\n".getBytes(StandardCharsets.UTF_8));
                  return entries;
                }),
        "an entry class that is not there",
        Expected.BROKEN_ENTRY);
    recipe(
        JarRecipe.of("entry-no-plugin")
            .edited(
                entries -> {
                  entries.put(
                      JarRecipe.SERVICE,
                      "hostile.entry_no_plugin.Rule\n".getBytes(StandardCharsets.UTF_8));
                  return entries;
                }),
        "an entry class that is no plugin",
        Expected.BROKEN_ENTRY);
    recipe(
        JarRecipe.of("class-too-new").edited(BrokenJars::ofTheFuture),
        "classes of a later Java",
        Expected.CLASS_TOO_NEW);
    recipe(
        JarRecipe.of(LATE)
            .with(Spot.CHECK, "if (view.has(\"x\")) { calls++; }")
            .edited(BrokenJars::renamedMember),
        "a call of a method that the API does not have",
        Expected.MISSING_MEMBER);
    recipe(
        JarRecipe.of("api-inside")
            .edited(
                entries -> {
                  entries.put("io/vllmmonitor/api/view/MetricView.class", HEAD.clone());
                  return entries;
                }),
        "the API shaded in",
        Expected.API_INSIDE);
    recipe(
        JarRecipe.of("core-inside")
            .edited(
                entries -> {
                  entries.put("io/vllmmonitor/core/plugin/Stowaway.class", HEAD.clone());
                  return entries;
                }),
        "a class in a package of the monitor",
        Expected.OUR_CLASSES);
    recipe(
        JarRecipe.of("zip-bomb").withBomb(BOMB_BYTES),
        "a class that inflates to 256 MiB",
        Expected.ZIP_BOMB);
  }

  private void dependencies() {
    recipe(
        JarRecipe.of("lonely").withAttribute("Plugin-Dependencies", "nobody"),
        "a dependency that is not there",
        Expected.MISSING_DEPENDENCY);
    recipes.add(JarRecipe.of("hen").withAttribute("Plugin-Dependencies", "egg"));
    recipes.add(JarRecipe.of("egg").withAttribute("Plugin-Dependencies", "hen"));
    inputs.add(
        new HostileInput(
            "dependency-cycle",
            "two jars that depend on each other",
            Kind.JAR,
            Expected.DEPENDENCY_CYCLE,
            Wave.GATE,
            true,
            List.of("hen.jar", "egg.jar"),
            Set.of("hen", "egg"),
            place -> {
              HostileInput.put(place.jars(), "hen.jar", place.jar("hen"));
              HostileInput.put(place.jars(), "egg.jar", place.jar("egg"));
            }));
  }

  /** Changes the bytes of a good jar. */
  private interface Change {
    byte[] of(byte[] plain) throws IOException;
  }

  private void file(String name, String what, Expected expected, Change change) {
    String file = name + ".jar";
    add(
        name,
        what,
        expected,
        place -> HostileInput.put(place.jars(), file, change.of(place.jar(PLAIN))));
  }

  private void recipe(JarRecipe recipe, String what, Expected expected) {
    recipes.add(recipe);
    String file = recipe.unit() + ".jar";
    add(
        recipe.unit(),
        what,
        expected,
        place -> HostileInput.put(place.jars(), file, place.jar(recipe.unit())));
  }

  private void add(String name, String what, Expected expected, Act drop) {
    inputs.add(
        new HostileInput(
            name,
            what,
            Kind.JAR,
            expected,
            Wave.GATE,
            true,
            List.of(name + ".jar"),
            Set.of(name),
            drop));
  }

  private static byte[] headless(byte[] jar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(jar));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.getName().equals("META-INF/MANIFEST.MF")) {
          out.putNextEntry(new ZipEntry(entry.getName()));
          out.write(in.readAllBytes());
        }
      }
    }
    return bytes.toByteArray();
  }

  private static SortedMap<String, byte[]> ofTheFuture(SortedMap<String, byte[]> entries) {
    entries.forEach(
        (name, bytes) -> {
          if (name.endsWith(".class")) {
            bytes[7] = VERSION_OF_THE_FUTURE;
          }
        });
    return entries;
  }

  /** Renames {@code has} to {@code haz} where a class names it. */
  private static SortedMap<String, byte[]> renamedMember(SortedMap<String, byte[]> entries) {
    String rule = "hostile/" + LATE.replace('-', '_') + "/Rule.class";
    byte[] bytes = entries.get(rule);
    byte[] name = {1, 0, 3, 'h', 'a', 's'}; // a constant of text, three bytes long
    for (int at = 0; bytes != null && at + name.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + name.length, name, 0, name.length)) {
        bytes[at + name.length - 1] = 'z';
        return entries;
      }
    }
    throw new UncheckedIOException(new IOException(rule + " does not name the method 'has'"));
  }
}
