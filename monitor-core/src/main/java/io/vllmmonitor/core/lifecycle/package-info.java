/**
 * In which state each target is, judged from the signals of its scrapes. Ticks flow in from
 * sampling, checkpoints flow out to whoever stores them. Start at {@link
 * io.vllmmonitor.core.lifecycle.LifecycleTracker}.
 */
@NullMarked
package io.vllmmonitor.core.lifecycle;

import org.jspecify.annotations.NullMarked;
