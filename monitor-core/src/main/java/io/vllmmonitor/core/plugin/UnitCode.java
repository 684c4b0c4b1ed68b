package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.core.jar.JarDescriptor;
import java.util.List;
import java.util.Optional;

/**
 * One generation of code, loaded. What these methods throw may be anything and may come late;
 * {@link InstanceMaker} calls them on a worker.
 */
interface UnitCode {
  /** New instances for one target. */
  List<Piece> forTarget(PluginContext context);

  /** New instances of the kinds that exist once per daemon. */
  List<Piece> forDaemon(PluginContext context);

  /** Configuration that the code itself gives as defaults. */
  Settings defaults();

  /** New instances of the kinds that can be rehearsed: guardrails and predictors. */
  default List<Piece> forRehearsal(PluginContext context) {
    return forTarget(context).stream().filter(piece -> piece.kind().isRehearsed()).toList();
  }

  /** The units that must run before this one. */
  default List<String> dependencies() {
    return List.of();
  }

  /** The one class loader of the code; empty where every instance has its own. */
  Optional<ClassLoader> classLoader();

  /** What its jar says of itself; empty for a source. */
  default Optional<JarDescriptor> descriptor() {
    return Optional.empty();
  }

  /** What made the classes of a source, such as {@code janino}; empty for a jar. */
  default String compiler() {
    return "";
  }

  /** Lets the classes go. All instances are closed already. */
  void close();

  /** One extension that the code made. */
  record Piece(ExtensionKind kind, Extension extension) {
    public Piece {
      requireNonNull(kind, "kind");
      requireNonNull(extension, "extension");
    }
  }
}
