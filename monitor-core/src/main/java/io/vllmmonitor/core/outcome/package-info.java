/**
 * Measures what attempts really did. Finished attempts flow in from {@code mitigation}'s ledger,
 * outcomes flow back into it and, as events, to {@code learning}; what has worked is kept as a
 * happy path when people ask for it. Start at {@link io.vllmmonitor.core.outcome.OutcomeWatch}.
 */
@NullMarked
package io.vllmmonitor.core.outcome;

import org.jspecify.annotations.NullMarked;
