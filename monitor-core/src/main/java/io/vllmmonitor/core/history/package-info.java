/**
 * Reads answers of the history to their end. Queries of the other packages flow in, whole lists
 * flow out. Start at {@link io.vllmmonitor.core.history.Pages}.
 */
@NullMarked
package io.vllmmonitor.core.history;

import org.jspecify.annotations.NullMarked;
