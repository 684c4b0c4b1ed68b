package io.vllmmonitor.api.code;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * One generation of one unit of code. Stored before the code runs. Immutable.
 *
 * @param unit id of the plugin or of the dropped source
 * @param generation counts up from 1 per unit with every new content
 * @param codeHash SHA-256 (hex) of the jar or the source text; a blob of that name exists
 * @param classesHash SHA-256 (hex) of the blob with the compiled classes of a source; empty for a
 *     jar
 * @param file the file name it came under, without folder
 * @param reason why it has its status, for people
 * @param at when it got its status
 */
public record CodeGeneration(
    String unit,
    CodeKind kind,
    String version,
    int generation,
    String codeHash,
    String classesHash,
    String file,
    CodeStatus status,
    String reason,
    Instant at) {
  public CodeGeneration {
    requireNonNull(unit, "unit");
    requireNonNull(kind, "kind");
    requireNonNull(version, "version");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(classesHash, "classesHash");
    requireNonNull(file, "file");
    requireNonNull(status, "status");
    requireNonNull(reason, "reason");
    requireNonNull(at, "at");
    if (generation < 1) {
      throw new IllegalArgumentException("Generations count from 1, found " + generation);
    }
  }

  /** The same generation with another status. */
  public CodeGeneration withStatus(CodeStatus newStatus, String why, Instant when) {
    return new CodeGeneration(
        unit, kind, version, generation, codeHash, classesHash, file, newStatus, why, when);
  }
}
