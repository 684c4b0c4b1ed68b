package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which dropped jars the operator lets run. Immutable.
 *
 * @param requireSignature whether a jar needs a signature, or to be pinned
 * @param allowUnsigned whether a jar without a signature runs unasked
 * @param pinned SHA-256 (hex) of jars that run whatever else holds
 */
public record TrustPolicy(boolean requireSignature, boolean allowUnsigned, Set<String> pinned) {
  public TrustPolicy {
    pinned = Set.copyOf(pinned);
  }

  /** What holds where nothing is configured. */
  public static TrustPolicy standard() {
    return new TrustPolicy(false, true, Set.of());
  }

  /**
   * Reads the section {@code trust}.
   *
   * @throws MonitorException CONFIG_INVALID_VALUE
   */
  public static TrustPolicy of(Settings settings) {
    Set<String> pinned =
        Arrays.stream(settings.string("pinned", "").split(",", -1))
            .map(hash -> hash.trim().toLowerCase(Locale.ROOT))
            .filter(hash -> !hash.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
    for (String hash : pinned) {
      if (!hash.matches("[0-9a-f]{64}")) {
        throw new MonitorException(
            CONFIG_INVALID_VALUE,
            Blame.OPERATOR,
            "Configuration key 'pinned' holds '"
                + hash
                + "'; expected the SHA-256 of jars, 64 hex digits each, with commas between them");
      }
    }
    return new TrustPolicy(
        settings.flag("require_signature", false), settings.flag("allow_unsigned", true), pinned);
  }
}
