/**
 * What leaves the monitor: news for people and samples for other systems. The core hands both over
 * after they were stored, from threads of their own; nothing here can delay a target. Start at
 * {@link io.vllmmonitor.api.notify.Notifier}.
 */
@NullMarked
package io.vllmmonitor.api.notify;

import org.jspecify.annotations.NullMarked;
