package io.vllmmonitor.api.target;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * What was found on a target: its version and the HTTP routes it serves. Sources report it,
 * strategies and actuators ask it before they promise anything. Immutable.
 *
 * @param version as the server prints it; empty when it did not say
 * @param routes method and path, such as {@code POST /pause}; empty when the server does not list
 *     its routes
 */
public record TargetCapabilities(String version, Set<String> routes) {
  private static final TargetCapabilities UNKNOWN = new TargetCapabilities("", Set.of());

  public TargetCapabilities {
    requireNonNull(version, "version");
    routes = Set.copyOf(routes);
  }

  /** Nothing is known yet. */
  public static TargetCapabilities unknown() {
    return UNKNOWN;
  }

  /** Whether the server listed this route, such as {@code POST /pause}. */
  public boolean serves(String route) {
    return routes.contains(route);
  }
}
