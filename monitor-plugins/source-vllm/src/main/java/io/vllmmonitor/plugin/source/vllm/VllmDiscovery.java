package io.vllmmonitor.plugin.source.vllm;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.source.TargetDiscovery;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for vLLM servers among the processes of this machine: those titled {@code VLLM::APIServer…}
 * or started as {@code vllm serve}. Each gives the ports it listens on, where they can be read, and
 * the port of its command line. {@code http://127.0.0.1:8000}, vLLM's default, always comes last.
 * Reads files of the process table only.
 */
final class VllmDiscovery implements TargetDiscovery {
  private static final URI DEFAULT = URI.create("http://127.0.0.1:8000");

  private final Path processTable;
  private final System.Logger log;

  /**
   * @param processTable where the kernel shows its processes, {@code /proc}
   */
  VllmDiscovery(Path processTable, System.Logger log) {
    this.processTable = requireNonNull(processTable, "processTable");
    this.log = requireNonNull(log, "log");
  }

  @Override
  public String id() {
    return "vllm-local";
  }

  @Override
  public List<URI> candidates() {
    ProcessTable table = new ProcessTable(processTable, log);
    Set<URI> found = new LinkedHashSet<>();
    List<URI> unsure = new ArrayList<>();
    for (long pid : table.pids()) {
      ServeCommand command = ServeCommand.of(table.arguments(pid));
      if (command != null) {
        List<Listener> listeners = table.listeners(pid);
        listeners.stream()
            .filter(listener -> listener.port() == command.port())
            .forEach(listener -> found.add(listener.url(command.scheme())));
        listeners.forEach(listener -> unsure.add(listener.url(command.scheme())));
        unsure.add(URI.create(command.scheme() + "://127.0.0.1:" + command.port()));
      }
    }
    found.addAll(unsure);
    found.add(DEFAULT);
    return List.copyOf(found);
  }
}
