package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.SOURCE_KIND;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.folder.DropFolder;
import io.vllmmonitor.core.folder.FolderScanner;
import io.vllmmonitor.core.folder.TwoFolders;
import io.vllmmonitor.core.script.SourceCompiler;
import io.vllmmonitor.core.script.SourceKind;

/**
 * The two drop folders of sources: {@code guardrails/} takes guardrails, whose files are known by
 * their bare names; {@code extensions/} takes every kind, and its files are known with the folder
 * in front. Stateless.
 */
final class SourceFolders {
  private static final String EXTENSIONS = "extensions/";

  private SourceFolders() {}

  /** Both folders as one. */
  static DropFolder of(PlatformFolders folders) {
    int largest = SourceCompiler.LARGEST_SOURCE_BYTES;
    return new TwoFolders(
        new FolderScanner(folders.guardrails(), ".java", largest),
        new FolderScanner(folders.extensions(), ".java", largest),
        EXTENSIONS);
  }

  /**
   * @throws MonitorException SOURCE_KIND when a file is of a kind that its folder does not take
   */
  static void check(String file, SourceKind kind) {
    if (kind != SourceKind.GUARDRAIL && !file.startsWith(EXTENSIONS)) {
      throw new MonitorException(
          SOURCE_KIND,
          Blame.OPERATOR,
          "Source "
              + file
              + " is a "
              + kind.word()
              + ", and the folder guardrails/ takes guardrails only; move it to the folder"
              + " extensions/ beside it");
    }
  }

  /** The word for a unit in a restart report. */
  static String word(CodeGeneration generation) {
    if (generation.kind() != CodeKind.SOURCE) {
      return "plugin";
    }
    return generation.file().startsWith(EXTENSIONS) ? "extension" : "guardrail";
  }
}
