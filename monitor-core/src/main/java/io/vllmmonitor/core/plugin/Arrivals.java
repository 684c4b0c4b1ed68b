package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_DUPLICATE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_QUARANTINED;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.jar.JarDescriptor;
import io.vllmmonitor.core.script.CompiledSource;
import io.vllmmonitor.core.script.SourceCompiler;
import io.vllmmonitor.core.script.SourceHeader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Takes new content in: checks it, stores its bytes, records it as a generation, and only then runs
 * it. Guarded by the platform's lock.
 */
final class Arrivals {
  private final PlatformServices services;
  private final Ledger ledger;
  private final UnitRunner runner;
  private final JarGate gate;
  private final SourceCompiler compiler;
  private final LifeBook book;
  private final Rehearsals rehearsals;

  Arrivals(
      PlatformServices services,
      Ledger ledger,
      UnitRunner runner,
      JarGate gate,
      SourceCompiler compiler,
      LifeBook book,
      Rehearsals rehearsals) {
    this.services = services;
    this.ledger = ledger;
    this.runner = runner;
    this.gate = gate;
    this.compiler = compiler;
    this.book = book;
    this.rehearsals = rehearsals;
  }

  /**
   * Takes a jar in.
   *
   * @param isThere whether a file is in the folder that this one came from
   * @return its generation, with the status it has now
   * @throws MonitorException why it is not run; what ran before runs on
   */
  CodeGeneration jar(
      CodeKind kind, String file, byte[] bytes, String hash, Predicate<String> isThere) {
    JarDescriptor jar = gate.admit(kind, file, bytes, hash);
    checkUnique(jar.id(), kind, file, isThere);
    checkQuarantine(file, hash);
    services.blobs().put(bytes);
    return accept(
        ledger.next(
            jar.id(), kind, jar.version(), hash, "", file, CodeStatus.ACTIVE, "new content"));
  }

  /**
   * Takes a source in.
   *
   * @param isThere whether a file is in the folder that this one came from
   * @return its generation, with the status it has now
   * @throws MonitorException why it is not run; what ran before runs on
   */
  CodeGeneration source(String file, byte[] bytes, String hash, Predicate<String> isThere) {
    CompiledSource compiled;
    try {
      compiled = compiler.compile(file, bytes);
      SourceFolders.check(file, compiled.kind());
    } catch (MonitorException e) {
      recordRejected(file, bytes, hash, isThere, e);
      throw e;
    }
    SourceHeader header = compiled.header();
    checkUnique(header.id(), CodeKind.SOURCE, file, isThere);
    checkQuarantine(file, hash);
    services.blobs().put(bytes);
    String classes = services.blobs().put(compiled.classes());
    return accept(
        ledger.next(
            header.id(),
            CodeKind.SOURCE,
            header.version(),
            hash,
            classes,
            file,
            CodeStatus.ACTIVE,
            "new content, compiled by " + compiled.compiler().word()));
  }

  /**
   * A recorded source with classes made now.
   *
   * @throws MonitorException why it does not compile
   */
  CodeGeneration compiled(CodeGeneration source) {
    CompiledSource compiled =
        compiler.compile(source.file(), services.blobs().get(source.codeHash()));
    return new CodeGeneration(
        source.unit(),
        source.kind(),
        source.version(),
        source.generation(),
        source.codeHash(),
        services.blobs().put(compiled.classes()),
        source.file(),
        source.status(),
        source.reason(),
        source.at());
  }

  private CodeGeneration accept(CodeGeneration candidate) {
    Optional<CodeGeneration> before = ledger.current(candidate.unit());
    boolean same = before.isPresent() && before.get().codeHash().equals(candidate.codeHash());
    if (before.isPresent() && before.get().status() == CodeStatus.DISABLED) {
      steps(candidate);
      book.step(candidate, LifePhase.UNLOADED, "the unit is disabled");
      CodeGeneration kept = ledger.record(candidate, CodeStatus.DISABLED, "the unit is disabled");
      supersede(before.get(), kept);
      return kept;
    }
    if (same && runner.running(candidate.unit()).isPresent()) {
      // The same content under another file name; how long it has run counts from its start.
      CodeGeneration runs = before.get();
      return ledger.record(candidate.withStatus(runs.status(), runs.reason(), runs.at()));
    }
    steps(candidate);
    services.problems().clear(candidate.unit());
    CodeGeneration rehearsed = rehearsed(candidate, before);
    CodeGeneration recorded = ledger.record(rehearsed);
    try {
      runner.start(recorded);
    } catch (MonitorException e) {
      ledger.record(recorded, CodeStatus.REJECTED, String.valueOf(e.getMessage()));
      throw e;
    }
    before.ifPresent(older -> supersede(older, recorded));
    return recorded;
  }

  private void steps(CodeGeneration candidate) {
    book.discovered(candidate, "found in " + candidate.file());
    book.step(candidate, LifePhase.VERIFIED, "version " + candidate.version() + " is in order");
    if (candidate.kind() == CodeKind.SOURCE) {
      book.step(candidate, LifePhase.COMPILED, "it compiles and passes the gate");
    }
    book.step(candidate, LifePhase.RESOLVED, "everything that it depends on runs");
  }

  /**
   * The candidate as the rehearsal leaves it. It is recorded before, as one that does not run, so
   * that the next start knows it should it kill the JVM.
   */
  CodeGeneration rehearsed(CodeGeneration candidate, Optional<CodeGeneration> before) {
    if (!rehearsals.any()) {
      return candidate;
    }
    CodeGeneration tried = ledger.record(candidate, CodeStatus.REJECTED, "it is being rehearsed");
    try {
      RehearsalGate.Receipt receipt = rehearsals.rehearse(candidate, before);
      boolean shadow = receipt.decision() == RehearsalGate.Decision.SHADOW;
      return shadow
          ? candidate.withStatus(CodeStatus.SHADOW, receipt.reason(), candidate.at())
          : candidate;
    } catch (MonitorException e) {
      book.step(tried, LifePhase.REJECTED, e.code(), String.valueOf(e.getMessage()));
      ledger.record(tried, CodeStatus.REJECTED, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private void checkQuarantine(String file, String hash) {
    Optional<CodeGeneration> quarantined = ledger.quarantined(hash);
    if (quarantined.isPresent()) {
      throw new MonitorException(
          PLUGIN_QUARANTINED,
          Blame.PLUGIN,
          "File "
              + file
              + " is not run, for its content is in quarantine: "
              + quarantined.get().reason()
              + "; drop changed content, or run this content again with 'vllm-monitor plugin"
              + " approve "
              + quarantined.get().unit()
              + "'");
    }
  }

  private void supersede(CodeGeneration older, CodeGeneration newer) {
    if (older.generation() != newer.generation()) {
      ledger.record(older, CodeStatus.REMOVED, "replaced by generation " + newer.generation());
    }
  }

  private void checkUnique(String id, CodeKind kind, String file, Predicate<String> isThere) {
    Optional<CodeGeneration> current = ledger.current(id);
    if (current.isEmpty() || current.get().status() == CodeStatus.REMOVED) {
      return;
    }
    CodeGeneration other = current.get();
    boolean clashes =
        other.kind() != kind || (!other.file().equals(file) && isThere.test(other.file()));
    if (clashes) {
      throw new MonitorException(
          PLUGIN_DUPLICATE,
          Blame.OPERATOR,
          "File "
              + file
              + " brings the unit '"
              + id
              + "', which came from "
              + other.file()
              + " already ("
              + other.kind()
              + "); take one of the two away or give it another id");
    }
  }

  /** Remembers content that did not pass, where it at least says what it is. */
  private void recordRejected(
      String file, byte[] bytes, String hash, Predicate<String> isThere, MonitorException failure) {
    if (bytes.length > SourceCompiler.LARGEST_SOURCE_BYTES) {
      return;
    }
    SourceHeader header;
    try {
      header = SourceHeader.parse(file, new String(bytes, StandardCharsets.UTF_8));
      checkUnique(header.id(), CodeKind.SOURCE, file, isThere);
    } catch (MonitorException e) {
      // Without a usable header it belongs to no unit; the problem of the file says so.
      return;
    }
    services.blobs().put(bytes);
    CodeGeneration rejected =
        ledger.next(
            header.id(),
            CodeKind.SOURCE,
            header.version(),
            hash,
            "",
            file,
            CodeStatus.REJECTED,
            String.valueOf(failure.getMessage()));
    book.discovered(rejected, "found in " + file);
    book.step(rejected, LifePhase.REJECTED, failure.code(), rejected.reason());
    ledger.record(rejected);
  }
}
