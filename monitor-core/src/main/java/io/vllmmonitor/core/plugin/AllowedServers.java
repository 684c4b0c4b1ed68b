package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The servers that the operator lets one unit talk to, as {@code host:port}, and as {@code host}
 * for the usual port of a scheme. Immutable.
 */
final class AllowedServers {
  /** The key of a unit's section that names servers. */
  static final String KEY = "allowed_hosts";

  private final String unit;
  private final Set<String> entries = new HashSet<>();

  /**
   * @param operator what the operator wrote; defaults of the code must not be among it
   */
  AllowedServers(String unit, Settings operator) {
    this.unit = unit;
    for (String entry : operator.string(KEY, "").split(",", -1)) {
      if (!entry.isBlank()) {
        entries.add(entry.strip().toLowerCase(Locale.ROOT));
      }
    }
    for (String key : operator.keys()) {
      if (key.equals("url") || key.endsWith("_url")) {
        addServerOf(operator.string(key, ""));
      }
    }
  }

  /** A value that is no URL allows nothing; the plugin that reads it will say so. */
  private void addServerOf(String text) {
    try {
      URI url = new URI(text.strip());
      if (isUsable(url)) {
        entries.add(host(url) + ":" + port(url));
      }
    } catch (URISyntaxException e) {
      // Nothing to allow.
    }
  }

  /**
   * The base without a trailing slash.
   *
   * @throws MonitorException PLUGIN_CAPABILITY_DENIED when the operator did not allow the server
   * @throws IllegalArgumentException when it is no base of an http or https server
   */
  URI checked(URI base) {
    if (!isUsable(base)
        || base.getRawUserInfo() != null
        || base.getRawQuery() != null
        || base.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "Expected http or https with a host, and without user, query and fragment, found "
              + base);
    }
    String host = host(base);
    int port = port(base);
    boolean allowed =
        entries.contains(host + ":" + port) || (port == usualPort(base) && entries.contains(host));
    if (!allowed) {
      throw new MonitorException(
          ErrorCode.PLUGIN_CAPABILITY_DENIED,
          Blame.OPERATOR,
          "Plugin "
              + unit
              + " wants to talk to "
              + host
              + ":"
              + port
              + ", which its configuration does not allow; it allows "
              + (entries.isEmpty()
                  ? "no server"
                  : String.join(", ", new java.util.TreeSet<>(entries)))
              + ". Add '"
              + host
              + ":"
              + port
              + "' to '"
              + KEY
              + "' in its section of monitor.yaml if that is meant");
    }
    String text = base.toString();
    return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : base;
  }

  private static boolean isUsable(URI url) {
    return url.getHost() != null
        && ("http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme()));
  }

  private static String host(URI url) {
    return url.getHost().toLowerCase(Locale.ROOT);
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : usualPort(url);
  }

  private static int usualPort(URI url) {
    return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
  }
}
