/**
 * The door every plugin comes through, on top of all other packages: the entry interface and the
 * services a plugin is given. Start at {@link io.vllmmonitor.api.plugin.MonitorPlugin}.
 */
@NullMarked
package io.vllmmonitor.api.plugin;

import org.jspecify.annotations.NullMarked;
