/**
 * Typed, read-only configuration as components and plugins see it. Text from files, flags and the
 * environment flows in; values with units flow out. Start at {@link
 * io.vllmmonitor.api.config.Settings}.
 */
@NullMarked
package io.vllmmonitor.api.config;

import org.jspecify.annotations.NullMarked;
