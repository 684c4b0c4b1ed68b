package io.vllmmonitor.plugin.source.vllm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the kernel's process table below one folder. Processes come and go and other users' are
 * closed to us, so whatever cannot be read counts as empty. Made for one look.
 */
final class ProcessTable {
  private static final Pattern PID = Pattern.compile("[0-9]{1,10}");
  private static final Pattern SOCKET = Pattern.compile("socket:\\[([0-9]+)]");
  private static final int INODE_CELL = 9;

  private final Path root;
  private final System.Logger log;

  ProcessTable(Path root, System.Logger log) {
    this.root = root;
    this.log = log;
  }

  /** All process ids, in rising order. */
  List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (PID.matcher(name).matches()) {
          pids.add(Long.valueOf(name));
        }
      }
    } catch (IOException e) {
      unreadable(root, e);
    }
    pids.sort(null);
    return pids;
  }

  /** The arguments, or the title that the process gave itself as the first of them. */
  List<String> arguments(long pid) {
    Path file = root.resolve(Long.toString(pid)).resolve("cmdline");
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      List<String> words = new ArrayList<>(Arrays.asList(text.split("\0")));
      // A title set by the process replaces the zero bytes by spaces.
      if (words.size() == 1) {
        words = Arrays.asList(words.get(0).trim().split(" +"));
      }
      return words;
    } catch (IOException e) {
      unreadable(file, e);
      return List.of();
    }
  }

  /** The ports that a process listens on. */
  List<Listener> listeners(long pid) {
    Path process = root.resolve(Long.toString(pid));
    Set<String> inodes = sockets(process.resolve("fd"));
    List<Listener> found = new ArrayList<>();
    if (!inodes.isEmpty()) {
      listeners(process.resolve("net").resolve("tcp"), inodes, found);
      listeners(process.resolve("net").resolve("tcp6"), inodes, found);
    }
    return found;
  }

  private void listeners(Path file, Set<String> inodes, List<Listener> into) {
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
        String[] cells = line.trim().split("\\s+");
        if (cells.length > INODE_CELL && inodes.contains(cells[INODE_CELL])) {
          Listener listener = Listener.of(cells);
          if (listener != null) {
            into.add(listener);
          }
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      unreadable(file, e);
    }
  }

  private Set<String> sockets(Path folder) {
    Set<String> inodes = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        Matcher socket = SOCKET.matcher(Files.readSymbolicLink(entry).toString());
        if (socket.matches()) {
          inodes.add(socket.group(1));
        }
      }
    } catch (IOException e) {
      unreadable(folder, e);
    }
    return inodes;
  }

  private void unreadable(Path file, Exception why) {
    log.log(System.Logger.Level.DEBUG, () -> "Discovery cannot read " + file + ": " + why);
  }
}
