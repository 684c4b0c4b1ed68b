package io.vllmmonitor.core.script;

import static java.util.Objects.requireNonNull;

/** A dropped source that passed every check, ready to be stored and run. Immutable. */
public final class CompiledSource {
  private final String codeHash;
  private final SourceHeader header;
  private final byte[] classes;

  CompiledSource(String codeHash, SourceHeader header, byte[] classes) {
    this.codeHash = requireNonNull(codeHash, "codeHash");
    this.header = requireNonNull(header, "header");
    this.classes = requireNonNull(classes, "classes");
  }

  /** SHA-256 (hex) of the source text's bytes. */
  public String codeHash() {
    return codeHash;
  }

  public SourceHeader header() {
    return header;
  }

  /**
   * The blob that {@link ScriptCode#load} takes: instrumented, the same for the same source. A
   * copy.
   */
  public byte[] classes() {
    return classes.clone();
  }
}
