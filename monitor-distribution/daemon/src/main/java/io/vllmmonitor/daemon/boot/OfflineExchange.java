package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.daemon.web.ExchangeRequest;
import java.nio.file.Path;
import java.time.InstantSource;

/** Exports and imports of a data directory that no daemon works on. */
public final class OfflineExchange {
  private OfflineExchange() {}

  /**
   * Opens the store, does what the body asks for, and closes the store again.
   *
   * @param verb {@code export} or {@code import}
   * @param body what the REST API takes for that verb
   * @return what the REST API gives as the result of the job
   * @throws io.vllmmonitor.api.error.MonitorException STORE_OWNED when a daemon works on it after
   *     all, what the stores throw, and what an export or import throws
   */
  public static String run(Path data, String verb, String body) {
    try (Closers closers = new Closers()) {
      OpenedStore store = OpenedStore.open(data, InstantSource.system(), closers);
      return ExchangeRequest.run(store.exchange(), verb, body);
    }
  }
}
