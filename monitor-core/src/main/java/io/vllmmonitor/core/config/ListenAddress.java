package io.vllmmonitor.core.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;

/** Where the HTTP API listens. Immutable. */
public record ListenAddress(String host, int port) {
  public ListenAddress {
    requireNonNull(host, "host");
    if (port < 0 || port > 65_535) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE, Blame.OPERATOR, "listen: port " + port + " is not 0 to 65535");
    }
  }

  /**
   * Reads {@code host:port}, {@code [::1]:port} or a port alone.
   *
   * @throws MonitorException CONFIG_INVALID_VALUE when it is neither
   */
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon).replaceAll("^\\[|]$", "");
    try {
      return new ListenAddress(
          host.isEmpty() ? "127.0.0.1" : host, Integer.parseInt(text.substring(colon + 1).trim()));
    } catch (NumberFormatException e) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "listen: '" + text + "' is not an address; write host:port, such as 127.0.0.1:9464",
          e);
    }
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
