/**
 * The memory of the monitor as typed questions and answers. The core writes through {@link
 * io.vllmmonitor.api.history.Recorder}, everyone reads through {@link
 * io.vllmmonitor.api.history.History}. Start at the latter.
 */
@NullMarked
package io.vllmmonitor.api.history;

import org.jspecify.annotations.NullMarked;
