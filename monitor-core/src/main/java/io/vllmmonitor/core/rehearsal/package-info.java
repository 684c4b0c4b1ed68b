/**
 * Code judged by stored time: rehearsals of new code, replays of stored verdicts, and how
 * guardrails did against real incidents. Stored samples and candidates flow in, receipts flow out.
 * Start at {@link io.vllmmonitor.core.rehearsal.RehearsalDesk}.
 */
@NullMarked
package io.vllmmonitor.core.rehearsal;

import org.jspecify.annotations.NullMarked;
