/**
 * What an attempt really did, measured after it. Strategies compare views before and after;
 * learners hear the result. Start at {@link io.vllmmonitor.api.outcome.MitigationOutcome}.
 */
@NullMarked
package io.vllmmonitor.api.outcome;

import org.jspecify.annotations.NullMarked;
