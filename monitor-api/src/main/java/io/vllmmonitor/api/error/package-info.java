/**
 * How anything here fails: one exception family with a stable numbered code and a blame. Nothing
 * flows in; every other package throws {@link io.vllmmonitor.api.error.MonitorException}. Start
 * there.
 */
@NullMarked
package io.vllmmonitor.api.error;

import org.jspecify.annotations.NullMarked;
