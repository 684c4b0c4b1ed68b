package io.vllmmonitor.core.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Reads a target as people write it: {@code [http[s]://]host[:8000][/prefix]}. */
public final class TargetAddress {
  private static final int DEFAULT_PORT = 8000;

  private TargetAddress() {}

  /**
   * The base URL, with scheme and port filled in and without a trailing slash.
   *
   * @throws MonitorException CONFIG_INVALID_VALUE when it is no such address
   */
  public static URI parse(String text) {
    String address = text.trim();
    if (!address.contains("://")) {
      address = "http://" + address;
    }
    try {
      URI uri = new URI(address);
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      if (!scheme.equals("http") && !scheme.equals("https")) {
        throw wrong(text, "the scheme is '" + uri.getScheme() + "'");
      }
      if (uri.getHost() == null) {
        throw wrong(text, "there is no host");
      }
      if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
        throw wrong(text, "it carries a user, a query or a fragment");
      }
      int port = uri.getPort() >= 0 ? uri.getPort() : DEFAULT_PORT;
      if (port > 65_535) {
        throw wrong(text, "the port is " + port);
      }
      String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("/+$", "");
      return new URI(scheme, null, uri.getHost().toLowerCase(Locale.ROOT), port, path, null, null);
    } catch (URISyntaxException e) {
      throw wrong(text, e.getReason());
    }
  }

  private static MonitorException wrong(String text, String why) {
    return new MonitorException(
        CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "'" + text + "' is not a target: " + why + "; write [http[s]://]host[:8000][/prefix]");
  }
}
