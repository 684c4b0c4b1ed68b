/**
 * In which state a target is, how it got there, and what kinds of failure there are. Signals of a
 * source flow in through the core; checkpoints flow out into the history and to listeners. Start at
 * {@link io.vllmmonitor.api.lifecycle.LifecycleState}.
 */
@NullMarked
package io.vllmmonitor.api.lifecycle;

import org.jspecify.annotations.NullMarked;
