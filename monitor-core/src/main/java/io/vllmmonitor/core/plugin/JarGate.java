package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_SIGNATURE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_UNTRUSTED_FILE;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.jar.Approval;
import io.vllmmonitor.core.jar.JarDescriptor;
import io.vllmmonitor.core.jar.JarResolver;
import io.vllmmonitor.core.jar.Trust;
import io.vllmmonitor.core.jar.TrustLevel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets jars in: who can write the file, what it holds, who vouches for it, and whether it can run
 * beside what runs. A jar that may pass later without a change of its own is remembered and asked
 * for again. Guarded by the platform's lock.
 */
final class JarGate {
  private static final int LARGEST_SIGNATURE = 4_096;

  private final PlatformServices services;
  private final PlatformFolders folders;
  private final CodeLoader loader;
  private final UnitRunner runner;
  private final Trust trust;

  /** Jars that wait, by file. */
  private final Map<String, Waiting> waiting = new HashMap<>();

  /** What is known of a jar that waits. */
  private record Waiting(Trust.Candidate jar, JarDescriptor descriptor, String reason) {}

  JarGate(
      PlatformServices services, PlatformFolders folders, CodeLoader loader, UnitRunner runner) {
    this.services = services;
    this.folders = folders;
    this.loader = loader;
    this.runner = runner;
    this.trust =
        new Trust(
            services.jars().trust(), services.recorder(), services.history(), services.clock());
  }

  /**
   * Checks a jar that arrives, and remembers why it is let in.
   *
   * @throws MonitorException why it is not run, now or at all
   */
  JarDescriptor admit(CodeKind kind, String file, byte[] bytes, String hash) {
    waiting.remove(file);
    if (kind == CodeKind.JAR) {
      checkFile(file, hash);
    }
    JarDescriptor jar = loader.inspect(bytes, hash, file, kind);
    Trust.Candidate candidate = new Trust.Candidate(jar.id(), hash, file);
    if (kind != CodeKind.JAR) {
      resolve(jar, file);
      return jar;
    }
    waiting.put(file, new Waiting(candidate, jar, ""));
    Optional<byte[]> signature = signature(file);
    TrustLevel level = trust.judge(candidate, signature);
    resolve(jar, file);
    trust.remember(candidate, level, signature);
    waiting.remove(file);
    return jar;
  }

  /** Whether a refused file would be let in now. */
  boolean isReady(String file, String hash) {
    try {
      checkFile(file, hash);
      Waiting jar = waiting.get(file);
      if (jar != null) {
        TrustLevel unused = trust.judge(jar.jar(), signature(file));
        resolve(jar.descriptor(), file);
      }
      return true;
    } catch (MonitorException e) {
      tell(file, e);
      return !JarResolver.mayPass(e.code());
    }
  }

  /** Why a jar waits may change while it does; the last reason is the one that is told. */
  private void tell(String file, MonitorException objection) {
    Waiting jar = waiting.get(file);
    String reason = String.valueOf(objection.getMessage());
    if (jar != null && !jar.reason().equals(reason)) {
      waiting.put(file, new Waiting(jar.jar(), jar.descriptor(), reason));
      services.problems().clear(file);
      services.problems().note(file, objection);
    }
  }

  /** Forgets a file that was taken away. */
  void withdraw(String file) {
    waiting.remove(file);
    trust.withdraw(file);
  }

  /**
   * Lets the jar in that waits for the operator; it starts at the next look at the folder.
   *
   * @throws MonitorException PLUGIN_NOT_FOUND where none of that id waits
   */
  Approval approve(String id) {
    return trust.approve(id);
  }

  /** What keeps a recorded jar from running now; empty for a source. */
  Optional<MonitorException> objection(CodeGeneration generation) {
    if (generation.kind() == CodeKind.SOURCE) {
      return Optional.empty();
    }
    JarDescriptor jar = loader.inspect(generation);
    if (generation.kind() == CodeKind.JAR) {
      try {
        TrustLevel unused =
            trust.judgeStored(
                new Trust.Candidate(generation.unit(), generation.codeHash(), generation.file()));
      } catch (MonitorException e) {
        return Optional.of(e);
      }
    }
    return unresolved(jar, generation.file());
  }

  /** Why a generation may run, for people; empty for a source. */
  String trust(CodeGeneration generation) {
    return switch (generation.kind()) {
      case SOURCE -> "";
      case BUNDLED_JAR -> "bundled";
      case JAR ->
          trust
              .level(generation.unit(), generation.codeHash())
              .map(TrustLevel::text)
              .orElse("unsigned");
    };
  }

  private void checkFile(String file, String hash) {
    if (trust.isPinned(hash)) {
      return;
    }
    Path path = folders.plugins().resolve(file);
    Optional<String> objection = FileTrust.objection(folders.work(), folders.plugins(), path);
    if (objection.isPresent()) {
      throw new MonitorException(
          PLUGIN_UNTRUSTED_FILE,
          Blame.OPERATOR,
          "Plugin jar "
              + file
              + " is not run: "
              + objection.get()
              + ". Jars and their folder must belong to the daemon's user, and nobody else may"
              + " write them");
    }
  }

  private void resolve(JarDescriptor jar, String file) {
    Optional<MonitorException> objection = unresolved(jar, file);
    if (objection.isPresent()) {
      throw objection.get();
    }
  }

  private Optional<MonitorException> unresolved(JarDescriptor jar, String file) {
    List<JarDescriptor> others =
        waiting.values().stream()
            .map(Waiting::descriptor)
            .filter(other -> !other.id().equals(jar.id()))
            .toList();
    return JarResolver.objection(jar, file, runner.jars(), others, services.jars().machine());
  }

  private Optional<byte[]> signature(String file) {
    Path path = folders.plugins().resolve(file + ".sig");
    try (InputStream in =
        Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      // One byte more than a signature has tells that it is none.
      return Optional.of(in.readNBytes(LARGEST_SIGNATURE + 1));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new MonitorException(
          PLUGIN_SIGNATURE,
          Blame.OPERATOR,
          "Plugin jar " + file + " is not run: its signature " + path + " cannot be read: " + e);
    }
  }
}
