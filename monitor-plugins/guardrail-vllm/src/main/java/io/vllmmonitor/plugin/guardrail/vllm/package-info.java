/**
 * The built-in guardrails, under the names that users know but judged on what hurts a vLLM server:
 * preemptions, the queue, refusals, waiting. Views flow in, verdicts flow out. Each has a patience
 * ({@code for}) and a lower limit for clearing than for firing. A hang is not judged here: a view
 * cannot tell it from a pause, the lifecycle can. Start at {@link
 * io.vllmmonitor.plugin.guardrail.vllm.VllmGuardrailPlugin}.
 */
@NullMarked
package io.vllmmonitor.plugin.guardrail.vllm;

import org.jspecify.annotations.NullMarked;
