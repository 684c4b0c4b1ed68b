package io.vllmmonitor.core.script;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/**
 * The files of one compilation: the source and the classes in memory, the API as the only class
 * path, no source path. Confined to one thread.
 */
final class MemoryFiles extends ForwardingJavaFileManager<StandardJavaFileManager>
    implements StandardJavaFileManager {
  private final Map<String, ByteArrayOutputStream> classes = new TreeMap<>();

  /**
   * @param standard closed with this
   * @param api the jar or folder of the API's classes
   */
  MemoryFiles(StandardJavaFileManager standard, Path api) throws IOException {
    super(standard);
    standard.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of(api));
    standard.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
  }

  /** A source text as the compiler wants it. The public class may have any name. */
  static JavaFileObject source(String file, String text) {
    String name = file.substring(file.lastIndexOf('/') + 1);
    return new Source(name, text);
  }

  /** The classes that were made, sorted by name. */
  List<byte[]> classes() {
    List<byte[]> made = new ArrayList<>();
    classes.values().forEach(bytes -> made.add(bytes.toByteArray()));
    return made;
  }

  @Override
  public JavaFileObject getJavaFileForOutput(
      Location location, String className, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
    return new Made(
        className, kind, classes.computeIfAbsent(className, n -> new ByteArrayOutputStream()));
  }

  @Override
  public boolean isSameFile(FileObject left, FileObject right) {
    return left.equals(right);
  }

  @Override
  public Iterable<? extends JavaFileObject> getJavaFileObjectsFromFiles(
      Iterable<? extends File> files) {
    return fileManager.getJavaFileObjectsFromFiles(files);
  }

  @Override
  public Iterable<? extends JavaFileObject> getJavaFileObjects(File... files) {
    return fileManager.getJavaFileObjects(files);
  }

  @Override
  public Iterable<? extends JavaFileObject> getJavaFileObjectsFromStrings(Iterable<String> names) {
    return fileManager.getJavaFileObjectsFromStrings(names);
  }

  @Override
  public Iterable<? extends JavaFileObject> getJavaFileObjects(String... names) {
    return fileManager.getJavaFileObjects(names);
  }

  @Override
  public void setLocation(Location location, Iterable<? extends File> files) throws IOException {
    fileManager.setLocation(location, files);
  }

  @Override
  public void setLocationFromPaths(Location location, Collection<? extends Path> paths)
      throws IOException {
    fileManager.setLocationFromPaths(location, paths);
  }

  @Override
  public Iterable<? extends File> getLocation(Location location) {
    return fileManager.getLocation(location);
  }

  @Override
  public Iterable<? extends Path> getLocationAsPaths(Location location) {
    return fileManager.getLocationAsPaths(location);
  }

  /** The one source. */
  private static final class Source extends SimpleJavaFileObject {
    private final String name;
    private final String text;

    Source(String name, String text) {
      super(URI.create("memory:///Source.java"), JavaFileObject.Kind.SOURCE);
      this.name = name;
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }

    @Override
    public String getName() {
      return name;
    }

    /** The name of the file is the operator's business. */
    @Override
    public boolean isNameCompatible(String simpleName, JavaFileObject.Kind kind) {
      return kind == JavaFileObject.Kind.SOURCE;
    }
  }

  /** A class in the making. */
  private static final class Made extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes;

    Made(String className, JavaFileObject.Kind kind, ByteArrayOutputStream bytes) {
      super(
          URI.create("memory:///" + className.replace('.', '/').replace('$', '_') + kind.extension),
          kind);
      this.bytes = bytes;
    }

    @Override
    public OutputStream openOutputStream() {
      bytes.reset();
      return bytes;
    }
  }
}
