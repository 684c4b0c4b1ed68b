/**
 * The open incidents of each target. Firings flow in from {@code guardrail}, incidents flow out to
 * {@code mitigation} and, in the transaction of the firings, into the history. Start at {@link
 * io.vllmmonitor.core.incident.IncidentBook}.
 */
@NullMarked
package io.vllmmonitor.core.incident;

import org.jspecify.annotations.NullMarked;
