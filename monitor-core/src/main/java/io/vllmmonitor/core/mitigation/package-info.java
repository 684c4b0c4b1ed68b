/**
 * Answers open incidents: chooses a strategy, checks the gates, keeps the attempt, and carries a
 * plan out through actuators at most once. Incidents flow in from {@code incident}, attempts flow
 * out into the history and to {@code outcome}. Start at {@link
 * io.vllmmonitor.core.mitigation.MitigationDesk}.
 */
@NullMarked
package io.vllmmonitor.core.mitigation;

import org.jspecify.annotations.NullMarked;
