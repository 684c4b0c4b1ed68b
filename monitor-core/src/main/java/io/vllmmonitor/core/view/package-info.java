/**
 * The recent samples of each target in memory, and the views on them. Batches flow in from
 * sampling, views flow out to guardrails and strategies. Start at {@link
 * io.vllmmonitor.core.view.ViewSource}.
 */
@NullMarked
package io.vllmmonitor.core.view;

import org.jspecify.annotations.NullMarked;
