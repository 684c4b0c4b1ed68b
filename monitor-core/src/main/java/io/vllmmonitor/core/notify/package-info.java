/**
 * Hands news to notifiers and samples to exporters. What was stored flows in and never waits; each
 * notifier and each exporter has a queue and a thread of its own, so that a slow one delays nobody.
 * Start at {@link io.vllmmonitor.core.notify.Notifications}.
 */
@NullMarked
package io.vllmmonitor.core.notify;

import org.jspecify.annotations.NullMarked;
