/**
 * Judges the recent samples of each target. Views flow in from {@code view}; lasting breaches flow
 * out as firings, firings of one kind as incidents, both into the history first. Start at {@code
 * GuardrailRunner}.
 */
@NullMarked
package io.vllmmonitor.core.guardrail;

import org.jspecify.annotations.NullMarked;
