/**
 * What can be done on a running vLLM server: the actuator that sends its control requests, and the
 * strategies that plan with them. Incidents and views flow in; plans, results and measurements flow
 * out. Start at {@link io.vllmmonitor.plugin.mitigation.vllm.VllmMitigationPlugin}.
 */
@NullMarked
package io.vllmmonitor.plugin.mitigation.vllm;

import org.jspecify.annotations.NullMarked;
