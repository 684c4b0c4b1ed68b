package io.vllmmonitor.core.extension;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.extension.Extension;

/**
 * One live instance with the code it came from. Immutable, though the instance has state.
 *
 * @param unit id of the plugin or the dropped source
 * @param codeHash SHA-256 (hex) of the jar or the source
 * @param shadow evaluated and recorded, without effect
 * @param adviseOnly what it leads to is advised and never done, whatever the target's mode
 * @param configuration what its unit was configured with when it was made
 */
public record Bound<E extends Extension>(
    E extension,
    String unit,
    String codeHash,
    boolean shadow,
    boolean adviseOnly,
    UnitConfiguration configuration) {
  public Bound {
    requireNonNull(extension, "extension");
    requireNonNull(unit, "unit");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(configuration, "configuration");
  }

  /** One that may lead to whatever the target's mode allows, without configuration. */
  public Bound(E extension, String unit, String codeHash, boolean shadow) {
    this(extension, unit, codeHash, shadow, false);
  }

  /** One without configuration. */
  public Bound(E extension, String unit, String codeHash, boolean shadow, boolean adviseOnly) {
    this(extension, unit, codeHash, shadow, adviseOnly, UnitConfiguration.NONE);
  }
}
