package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * Where code comes from and how it is treated. Immutable.
 *
 * @param bundled jars of the distribution, read at boot only
 * @param plugins drop folder for jars
 * @param guardrails drop folder for sources of guardrails
 * @param extensions drop folder for sources of any kind
 * @param work copies of jars named by their SHA-256; made when missing, owned by the platform
 * @param autoPromote whether dropped sources have effect at once where the target's mode is act
 * @param authoritative whether a file that is taken out of its folder ends its unit
 */
public record PlatformFolders(
    Path bundled,
    Path plugins,
    Path guardrails,
    Path extensions,
    Path work,
    boolean autoPromote,
    boolean authoritative) {
  public PlatformFolders {
    requireNonNull(bundled, "bundled");
    requireNonNull(plugins, "plugins");
    requireNonNull(guardrails, "guardrails");
    requireNonNull(extensions, "extensions");
    requireNonNull(work, "work");
  }
}
