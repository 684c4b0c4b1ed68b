/**
 * Predicts failures of vLLM servers before their guardrails can see them. Views flow in, forecasts
 * flow out. Start at {@link io.vllmmonitor.plugin.predictor.vllm.VllmPredictorPlugin}.
 */
@NullMarked
package io.vllmmonitor.plugin.predictor.vllm;

import org.jspecify.annotations.NullMarked;
