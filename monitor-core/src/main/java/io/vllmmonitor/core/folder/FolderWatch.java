package io.vllmmonitor.core.folder;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that calls for a look at some folders: every second, and at once when the operating
 * system reports a change. The report is only a wake-up; what changed is found by looking.
 */
public final class FolderWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FolderWatch.class);
  private static final Duration IDLE = Duration.ofSeconds(1);
  private static final Duration SETTLING = Duration.ofMillis(100);
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

  private final List<Path> folders;
  private final BooleanSupplier look;
  private final WatchService service;
  private final Map<Path, WatchKey> keys = new HashMap<>();
  private final Thread thread;

  /**
   * Starts the thread.
   *
   * @param folders that wake it; they need not exist
   * @param look called from the thread; answers whether to look again soon. It must not throw; what
   *     it throws is logged and it is called again
   */
  public FolderWatch(String name, List<Path> folders, BooleanSupplier look) {
    this.folders = List.copyOf(folders);
    this.look = requireNonNull(look, "look");
    try {
      this.service = FileSystems.getDefault().newWatchService();
    } catch (IOException e) {
      throw new UncheckedIOException("No watch service", e);
    }
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends the thread and waits for it, 5 s at most. */
  @Override
  public void close() {
    try {
      service.close();
      thread.join(LONGEST_CLOSE.toMillis());
    } catch (IOException e) {
      throw new UncheckedIOException("The watch service does not close", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean open = true;
    while (open) {
      register();
      open = await(lookOnce() ? SETTLING : IDLE);
    }
  }

  private boolean lookOnce() {
    try {
      return look.getAsBoolean();
    } catch (RuntimeException e) {
      log.error("A look at {} failed; the next one is in a second", folders, e);
      return false;
    }
  }

  private boolean await(Duration longest) {
    try {
      WatchKey key = service.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
      while (key != null) {
        key.pollEvents();
        if (!key.reset()) {
          keys.values().remove(key);
        }
        key = service.poll();
      }
      return true;
    } catch (ClosedWatchServiceException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void register() {
    for (Path folder : folders) {
      WatchKey key = keys.get(folder);
      if ((key == null || !key.isValid()) && Files.isDirectory(folder)) {
        try {
          keys.put(
              folder,
              folder.register(
                  service,
                  StandardWatchEventKinds.ENTRY_CREATE,
                  StandardWatchEventKinds.ENTRY_MODIFY,
                  StandardWatchEventKinds.ENTRY_DELETE));
        } catch (IOException | ClosedWatchServiceException e) {
          // The look every second does without.
          log.debug("{} does not wake the watch: {}", folder, e.getMessage());
        }
      }
    }
  }
}
