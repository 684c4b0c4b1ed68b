/**
 * The life of anything a plugin brings: identity, state that survives restarts, and the end.
 * Plugins implement {@link io.vllmmonitor.api.extension.Extension} through one of the later
 * interfaces; the core calls it. Start there.
 */
@NullMarked
package io.vllmmonitor.api.extension;

import org.jspecify.annotations.NullMarked;
