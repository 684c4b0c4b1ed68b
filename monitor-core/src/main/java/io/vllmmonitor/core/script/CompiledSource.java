package io.vllmmonitor.core.script;

import static java.util.Objects.requireNonNull;

/** A dropped source that passed every check, ready to be stored and run. Immutable. */
public final class CompiledSource {
  private final String codeHash;
  private final SourceHeader header;
  private final byte[] classes;
  private final SourceKind kind;
  private final CompilerChoice compiler;

  CompiledSource(String codeHash, SourceHeader header, byte[] classes) {
    this.codeHash = requireNonNull(codeHash, "codeHash");
    this.header = requireNonNull(header, "header");
    this.classes = requireNonNull(classes, "classes");
    ClassBundle bundle = ClassBundle.decode(classes);
    this.kind = bundle.kind();
    this.compiler = bundle.compiler();
  }

  /** SHA-256 (hex) of the source text's bytes. */
  public String codeHash() {
    return codeHash;
  }

  public SourceHeader header() {
    return header;
  }

  /** What its public class is. */
  public SourceKind kind() {
    return kind;
  }

  /** Which compiler made the classes; never {@link CompilerChoice#AUTO}. */
  public CompilerChoice compiler() {
    return compiler;
  }

  /**
   * The blob that {@link ScriptCode#load} takes: instrumented, the same for the same source. A
   * copy.
   */
  public byte[] classes() {
    return classes.clone();
  }
}
