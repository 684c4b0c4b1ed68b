package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets only requests through that a program or page of this machine meant for this machine. A web
 * page elsewhere can make a browser send requests to loopback, directly or by a name of its own
 * that it points there; the Host and Origin headers give both away.
 */
final class LoopbackGuard {
  private static final Pattern IPV4_LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

  private LoopbackGuard() {}

  /** Throws HTTP_FORBIDDEN_ORIGIN unless both name this machine. */
  static void check(@Nullable String host, @Nullable String origin) {
    if (host == null || !isLoopback(hostOf("http://" + host))) {
      throw refused("Host", host);
    }
    if (origin != null && !isLoopback(hostOf(origin))) {
      throw refused("Origin", origin);
    }
  }

  private static @Nullable String hostOf(String url) {
    try {
      return new URI(url).getHost();
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static boolean isLoopback(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.equals("[::1]")
        || name.equals("[0:0:0:0:0:0:0:1]")
        || IPV4_LOOPBACK.matcher(name).matches();
  }

  private static MonitorException refused(String header, @Nullable String found) {
    String shown = found == null ? "missing" : "'" + Text.shorten(found, 100) + "'";
    return new MonitorException(
        ErrorCode.HTTP_FORBIDDEN_ORIGIN,
        Blame.OPERATOR,
        "The "
            + header
            + " header is "
            + shown
            + ", expected a loopback name; use http://127.0.0.1 or http://localhost");
  }
}
