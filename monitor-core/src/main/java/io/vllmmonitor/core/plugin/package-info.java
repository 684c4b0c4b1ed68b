/**
 * The plugin platform: jars and dropped sources become live instances, by content hash and
 * generation, and come back after any restart. Bytes flow in from folders ({@code Drops}) and from
 * the store ({@code Boot}); {@code Arrivals} takes new content in, {@code Swap} puts it in the
 * place of what runs, {@code CallGate} stands before every call of it, {@code Probation} and {@code
 * Revival} see to what fails; instances flow out through {@code extension}, steps through {@code
 * LifeBook} into the history. Start at {@code PluginPlatform}.
 */
@NullMarked
package io.vllmmonitor.core.plugin;

import org.jspecify.annotations.NullMarked;
