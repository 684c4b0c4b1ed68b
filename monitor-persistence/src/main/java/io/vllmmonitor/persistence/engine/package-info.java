/**
 * The data directory and everything that is open in it. Whoever runs the monitor locks the
 * directory, then opens the stores. Start at {@link io.vllmmonitor.persistence.engine.StoreEngine}.
 */
@NullMarked
package io.vllmmonitor.persistence.engine;

import org.jspecify.annotations.NullMarked;
