package io.vllmmonitor.acceptance.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Builds jars after their recipes, all with one run of the compiler, against nothing but the api
 * jar. Stateless.
 */
public final class JarWorkshop {
  private static final int BOMB_PIECE = 1 << 20;

  private JarWorkshop() {}

  /**
   * Builds every jar that the corpus needs.
   *
   * @param api the api jar
   * @param scratch an empty folder
   * @return the jars by unit
   * @throws IOException also when something does not compile
   */
  public static Map<String, byte[]> build(Path api, Path scratch) throws IOException {
    return build(HostileCorpus.recipes(), api, scratch);
  }

  static Map<String, byte[]> build(Collection<JarRecipe> recipes, Path api, Path scratch)
      throws IOException {
    Path classes = compile(recipes, api, scratch);
    Map<String, byte[]> jars = new HashMap<>();
    for (JarRecipe recipe : recipes) {
      jars.put(recipe.unit(), jar(recipe, classes));
    }
    return jars;
  }

  private static Path compile(Collection<JarRecipe> recipes, Path api, Path scratch)
      throws IOException {
    Path classes = Files.createDirectories(scratch.resolve("classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--release",
                "17",
                "-proc:none",
                "-Xlint:none",
                "-XDignore.symbol.file",
                "-d",
                classes.toString(),
                "-cp",
                api.toString()));
    for (JarRecipe recipe : recipes) {
      Path folder = Files.createDirectories(scratch.resolve("src/" + recipe.classFolder()));
      arguments.add(
          Files.writeString(folder.resolve("Entry.java"), recipe.entrySource()).toString());
      arguments.add(Files.writeString(folder.resolve("Rule.java"), recipe.ruleSource()).toString());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IOException("There is no Java compiler here; run the proofs with a JDK");
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    if (compiler.run(null, said, said, arguments.toArray(new String[0])) != 0) {
      throw new IOException(
          "The hostile plugins do not compile: " + said.toString(StandardCharsets.UTF_8));
    }
    return classes;
  }

  private static byte[] jar(JarRecipe recipe, Path classes) throws IOException {
    SortedMap<String, byte[]> entries = new TreeMap<>();
    entries.put(
        JarRecipe.SERVICE, (recipe.packageName() + ".Entry\n").getBytes(StandardCharsets.UTF_8));
    try (Stream<Path> files = Files.list(classes.resolve(recipe.classFolder()))) {
      for (Path file : files.toList()) {
        entries.put(recipe.classFolder() + file.getFileName(), Files.readAllBytes(file));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream archive = new JarOutputStream(bytes, manifest(recipe))) {
      for (Map.Entry<String, byte[]> entry : recipe.edit().apply(entries).entrySet()) {
        archive.putNextEntry(new JarEntry(entry.getKey()));
        archive.write(entry.getValue());
      }
      if (recipe.bombBytes() > 0) {
        archive.putNextEntry(new JarEntry(recipe.classFolder() + "Bomb.class"));
        zeros(archive, recipe.bombBytes());
      }
    }
    return bytes.toByteArray();
  }

  private static void zeros(OutputStream out, long bytes) throws IOException {
    byte[] piece = new byte[BOMB_PIECE];
    for (long left = bytes; left > 0; left -= piece.length) {
      out.write(piece, 0, (int) Math.min(left, piece.length));
    }
  }

  private static Manifest manifest(JarRecipe recipe) {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    recipe
        .attributes()
        .forEach(
            (name, value) -> {
              if (!value.isEmpty()) {
                attributes.putValue(name, value);
              }
            });
    return manifest;
  }
}
