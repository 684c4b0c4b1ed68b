package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.daemon.web.ExchangeRequest;
import io.vllmmonitor.daemon.web.JobFacts;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.StoreEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.stream.Stream;

/** Exports and imports of a data directory that no daemon works on. */
public final class OfflineExchange {
  private OfflineExchange() {}

  /**
   * Opens the store, does what the body asks for, and closes the store again.
   *
   * @param config names the data directory and how its store is kept
   * @param verb {@code export} or {@code import}
   * @param body what the REST API takes for that verb
   * @return what the REST API gives as the result of the job
   * @throws MonitorException CONFIG_INVALID_VALUE when there is nothing to export; STORE_OWNED when
   *     a daemon works on it after all, what the stores throw, and what an export or import throws
   */
  public static String run(MonitorConfig config, String verb, String body) {
    Path data = config.data();
    if (verb.equals("export") && isNothing(data)) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "There is no data in "
              + data
              + " that could be exported; name the directory with --data");
    }
    try (Closers closers = new Closers()) {
      InstantSource clock = InstantSource.system();
      OpenedStore store =
          OpenedStore.open(
              StoreEngine.adopt(PersistenceConfig.from(data, config.section("storage"))),
              clock,
              closers);
      return store
          .audit(clock)
          .around(
              ExchangeRequest.deed(CommandLineUser.actor(), verb, body),
              () -> ExchangeRequest.run(store.exchange(), verb, body),
              JobFacts::of);
    }
  }

  private static boolean isNothing(Path data) {
    if (!Files.isDirectory(data)) {
      return true;
    }
    try (Stream<Path> content = Files.list(data)) {
      return content.findAny().isEmpty();
    } catch (IOException e) {
      return false; // opening it tells what is wrong
    }
  }
}
