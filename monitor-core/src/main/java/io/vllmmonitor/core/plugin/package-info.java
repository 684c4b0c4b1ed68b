/**
 * The plugin platform: jars and dropped sources become live instances, by content hash and
 * generation, and come back after any restart. Bytes flow in from folders and from the store,
 * instances flow out through {@code extension}. Start at {@code PluginPlatform}.
 */
@NullMarked
package io.vllmmonitor.core.plugin;

import org.jspecify.annotations.NullMarked;
