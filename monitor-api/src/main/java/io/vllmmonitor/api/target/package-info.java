/**
 * What is watched: a target, its identity, its mode and what was found on it. Configuration and
 * discovery flow in; every later package refers to a target by {@link
 * io.vllmmonitor.api.target.TargetId}. Start at {@link io.vllmmonitor.api.target.Target}.
 */
@NullMarked
package io.vllmmonitor.api.target;

import org.jspecify.annotations.NullMarked;
