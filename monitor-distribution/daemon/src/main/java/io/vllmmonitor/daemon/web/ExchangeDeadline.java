package io.vllmmonitor.daemon.web;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.io.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends connections whose request takes too long from its first byte to the last byte of its answer.
 * An idle timeout alone does not: a client that sends one byte now and then is never idle. Told of
 * connections by the connector, asked to look by a timer; thread-safe.
 */
final class ExchangeDeadline implements Connection.Listener {
  private static final Logger log = LoggerFactory.getLogger(ExchangeDeadline.class);

  private final long most;
  private final LongSupplier nanos;
  private final Map<Connection, Exchange> open = new ConcurrentHashMap<>();
  private final Set<Connection> suspended = ConcurrentHashMap.newKeySet();

  /** The exchange that a connection is in; answers and bytes as they were when it began. */
  private record Exchange(long answers, long bytes, boolean busy, long since) {}

  ExchangeDeadline(Duration most, LongSupplier nanos) {
    this.most = most.toNanos();
    this.nanos = nanos;
  }

  @Override
  public void onOpened(Connection connection) {
    open.put(
        connection, new Exchange(connection.getMessagesOut(), connection.getBytesIn(), false, 0));
  }

  @Override
  public void onClosed(Connection connection) {
    open.remove(connection);
  }

  /** Does work that takes as long as it takes; the connection is not ended meanwhile. */
  <T> T suspended(Connection connection, Supplier<T> work) {
    suspended.add(connection);
    try {
      return work.get();
    } finally {
      suspended.remove(connection);
    }
  }

  /** Looks at every connection once. */
  void look() {
    open.replaceAll((connection, before) -> next(connection, before));
    open.forEach(
        (connection, exchange) -> {
          if (exchange.busy() && nanos.getAsLong() - exchange.since() > most) {
            log.warn(
                "A client took more than {} s for one request; its connection is closed",
                Duration.ofNanos(most).toSeconds());
            connection.getEndPoint().close();
            open.remove(connection);
          }
        });
  }

  private Exchange next(Connection connection, Exchange before) {
    long answers = connection.getMessagesOut();
    long bytes = connection.getBytesIn();
    if (answers != before.answers() || suspended.contains(connection)) {
      return new Exchange(answers, bytes, false, 0);
    }
    if (!before.busy() && bytes != before.bytes()) {
      return new Exchange(answers, before.bytes(), true, nanos.getAsLong());
    }
    return before;
  }
}
