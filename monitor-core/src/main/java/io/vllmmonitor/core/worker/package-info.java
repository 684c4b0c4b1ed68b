/**
 * Runs code of others on threads of its own, with a deadline. A task flows in, an outcome flows
 * out. The one type to start from is {@link io.vllmmonitor.core.worker.DeadlineWorker}.
 */
@NullMarked
package io.vllmmonitor.core.worker;

import org.jspecify.annotations.NullMarked;
