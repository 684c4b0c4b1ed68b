package io.vllmmonitor.api.target;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.net.URI;

/**
 * The identity of a target and the value of the {@code instance} label of all its series: {@code
 * host:port} with the path prefix where there is one, such as {@code 10.0.0.7:8000} or {@code
 * gpu1:80/team-a}. Immutable.
 */
public record TargetId(String instance) implements Comparable<TargetId> {
  public TargetId {
    requireNonNull(instance, "instance");
    if (instance.isBlank()) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "A target needs an instance of the form host:port[/prefix]");
    }
  }

  /** The identity of the server at this base URL; scheme ports are filled in. */
  public static TargetId of(URI url) {
    int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
    String path = url.getPath() == null ? "" : url.getPath();
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return new TargetId(url.getHost() + ":" + port + path);
  }

  @Override
  public int compareTo(TargetId other) {
    return instance.compareTo(other.instance);
  }

  @Override
  public String toString() {
    return instance;
  }
}
