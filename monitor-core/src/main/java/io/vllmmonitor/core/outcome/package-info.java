/**
 * Measures what attempts really did. Finished attempts flow in from {@code mitigation}'s ledger,
 * outcomes flow back into it and, as events, to {@code learning}. Start at {@link
 * io.vllmmonitor.core.outcome.OutcomeWatch}.
 */
@NullMarked
package io.vllmmonitor.core.outcome;

import org.jspecify.annotations.NullMarked;
