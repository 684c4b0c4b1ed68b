package io.vllmmonitor.core.http;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Objects;
import java.util.Set;

/** Decides where a redirect may lead: the same scheme, host and port, and nowhere else. */
final class Redirect {
  private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

  private Redirect() {}

  static boolean is(int status, HttpHeaders headers) {
    return STATUSES.contains(status) && headers.firstValue("location").isPresent();
  }

  static URI follow(URI from, HttpHeaders headers) {
    String location = headers.firstValue("location").orElse("");
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new MonitorException(
          ErrorCode.TARGET_REDIRECT_REFUSED,
          Blame.ENVIRONMENT,
          from + " redirects to '" + shortened(location) + "', which is no address",
          e);
    }
    boolean same =
        Objects.equals(from.getScheme(), to.getScheme())
            && from.getHost().equalsIgnoreCase(String.valueOf(to.getHost()))
            && port(from) == port(to);
    if (!same) {
      throw refused(
          from, "to '" + shortened(location) + "', which is another scheme, host or port");
    }
    return to;
  }

  static MonitorException refused(URI from, String how) {
    return new MonitorException(
        ErrorCode.TARGET_REDIRECT_REFUSED,
        Blame.ENVIRONMENT,
        from
            + " redirects "
            + how
            + "; one redirect of a request that is no POST is followed, on the same server. Give"
            + " the target the final address");
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }

  private static String shortened(String text) {
    return text.length() > 200 ? text.substring(0, 200) + "…" : text;
  }
}
