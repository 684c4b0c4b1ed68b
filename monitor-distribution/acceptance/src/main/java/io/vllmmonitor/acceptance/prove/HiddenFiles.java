package io.vllmmonitor.acceptance.prove;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The files in the drop folders of a data directory, which can be put aside while a daemon comes
 * back, so that it has nothing but its store. Confined to one thread.
 */
final class HiddenFiles {
  private static final List<String> FOLDERS = List.of("plugins", "guardrails");

  private final Path data;
  private final Path aside;

  /**
   * @param aside where the files are meanwhile; made
   */
  HiddenFiles(Path data, Path aside) {
    this.data = data;
    this.aside = aside;
  }

  /** Drops a file in one step, over the one of that name. */
  void drop(String folder, String file, byte[] bytes) throws IOException {
    Path half = Files.write(data.resolve(folder).resolve(".half-" + file), bytes);
    Files.move(
        half,
        data.resolve(folder).resolve(file),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Empties the drop folders. */
  void hide() throws IOException {
    moveAll(data, aside);
  }

  /** Fills them again. */
  void putBack() throws IOException {
    moveAll(aside, data);
  }

  private static void moveAll(Path from, Path to) throws IOException {
    for (String folder : FOLDERS) {
      Files.createDirectories(to.resolve(folder));
      Files.createDirectories(from.resolve(folder));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(from.resolve(folder))) {
        for (Path file : files) {
          Files.move(file, to.resolve(folder).resolve(file.getFileName()));
        }
      }
    }
  }
}
