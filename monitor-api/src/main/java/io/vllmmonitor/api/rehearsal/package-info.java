/**
 * What a trial of code over stored time has found, and the verdicts that can be replayed. Receipts
 * flow from the core into the history and to people. Start at {@link
 * io.vllmmonitor.api.rehearsal.Rehearsal}.
 */
@NullMarked
package io.vllmmonitor.api.rehearsal;

import org.jspecify.annotations.NullMarked;
