package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE_TIMEOUT;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_QUARANTINED;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_TOO_LARGE;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_UNREADABLE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.identity.ContentHash;
import io.vllmmonitor.core.worker.DeadlineWorker;
import io.vllmmonitor.core.worker.Outcome;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiles dropped sources, one at a time or from several threads, each on a worker with a
 * deadline. A source that is late is quarantined by its hash: the same bytes are not tried again
 * until the daemon starts anew. No code of a source runs here. Thread-safe.
 */
public final class SourceCompiler {
  /** The largest source accepted. */
  public static final int LARGEST_SOURCE_BYTES = 16 * 1024;

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int MOST_ABANDONED = 4;

  private final DeadlineWorker worker;
  private final Steps steps;
  private final Set<String> quarantined = ConcurrentHashMap.newKeySet();

  /** From a source text to the blob of its classes. */
  interface Steps {
    byte[] classes(String file, String text, CompilerChoice choice);
  }

  /** A compiler that also uses the JDK's, where the daemon runs on a JDK. */
  public SourceCompiler() {
    this(
        new DeadlineWorker("source-compiler", DEADLINE, MOST_ABANDONED),
        new SourceSteps(SourceCompiler::compilerOfTheJdk));
  }

  /** Asks for the module first: without it the class that uses it cannot even be linked. */
  private static Optional<JavacCompiler> compilerOfTheJdk() {
    return ModuleLayer.boot().findModule("jdk.compiler").flatMap(m -> JavacCompiler.ofThisJdk());
  }

  SourceCompiler(DeadlineWorker worker, Steps steps) {
    this.worker = worker;
    this.steps = steps;
  }

  /**
   * Checks, compiles, scans and instruments a source.
   *
   * @param file the file as people know it, perhaps with its folder, for messages
   * @throws MonitorException GUARDRAIL_SOURCE_TOO_LARGE, GUARDRAIL_SOURCE_UNREADABLE (not UTF-8),
   *     GUARDRAIL_SOURCE_HEADER, GUARDRAIL_COMPILE with line, column and a hint, SOURCE_KIND,
   *     SOURCE_COMPILER_MISSING, GUARDRAIL_FORBIDDEN_CALL with the line, GUARDRAIL_COMPILE_TIMEOUT,
   *     GUARDRAIL_SOURCE_QUARANTINED
   */
  public CompiledSource compile(String file, byte[] bytes) {
    return compile(file, bytes, CompilerChoice.AUTO);
  }

  /**
   * The same with one compiler, whatever the header says.
   *
   * @param choice AUTO for what the header says
   */
  public CompiledSource compile(String file, byte[] bytes, CompilerChoice choice) {
    if (bytes.length > LARGEST_SOURCE_BYTES) {
      throw failure(
          GUARDRAIL_SOURCE_TOO_LARGE,
          "Source "
              + file
              + " has "
              + bytes.length
              + " bytes; at most "
              + LARGEST_SOURCE_BYTES
              + " are compiled. Shorten it or make a plugin jar of it");
    }
    String text = text(file, bytes);
    SourceHeader header = SourceHeader.parse(file, text);
    String hash = ContentHash.of(bytes);
    if (quarantined.contains(hash)) {
      throw failure(
          GUARDRAIL_SOURCE_QUARANTINED,
          "Source " + file + " took too long to compile before; change it to try again");
    }
    CompilerChoice compiler = choice == CompilerChoice.AUTO ? header.compiler() : choice;
    Outcome<byte[]> outcome = worker.run(() -> steps.classes(file, text, compiler));
    return switch (outcome.kind()) {
      case DONE -> new CompiledSource(hash, header, outcome.get());
      case FAILED -> throw asFailure(file, outcome.thrown());
      case LATE -> {
        quarantined.add(hash);
        throw failure(
            GUARDRAIL_COMPILE_TIMEOUT,
            "Source "
                + file
                + " did not compile within "
                + worker.deadline().toSeconds()
                + " s and is quarantined; make it simpler");
      }
      case REFUSED ->
          throw failure(
              GUARDRAIL_COMPILE_TIMEOUT,
              "Source "
                  + file
                  + " is not compiled: "
                  + worker.abandoned()
                  + " compilations never ended; restart the daemon");
    };
  }

  private static MonitorException asFailure(String file, Throwable thrown) {
    if (thrown instanceof MonitorException known) {
      return known;
    }
    if (thrown instanceof StackOverflowError) {
      return failure(
          GUARDRAIL_COMPILE,
          file + ": an expression or a block is nested too deeply; use variables and methods");
    }
    return failure(
        GUARDRAIL_COMPILE,
        file
            + ": the compiler cannot take it ("
            + thrown.getClass().getSimpleName()
            + ": "
            + thrown.getMessage()
            + "); make it simpler");
  }

  private static String text(String file, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new MonitorException(
          GUARDRAIL_SOURCE_UNREADABLE,
          Blame.PLUGIN,
          "Source " + file + " is not UTF-8 text; save it as UTF-8",
          e);
    }
  }

  private static MonitorException failure(ErrorCode code, String message) {
    return new MonitorException(code, Blame.PLUGIN, message);
  }
}
