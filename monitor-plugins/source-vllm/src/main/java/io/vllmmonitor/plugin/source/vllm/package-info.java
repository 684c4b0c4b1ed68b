/**
 * Watches a vLLM server. A page of {@code /metrics} and the answers of the other routes flow in,
 * samples under their exposed names and signals about the state of the server flow out. Start at
 * {@link io.vllmmonitor.plugin.source.vllm.VllmSourcePlugin}, then {@code VllmSource}; {@code
 * ExpositionReader} reads the page, {@code WorkSigns} tells an idle server from a hung one.
 */
@NullMarked
package io.vllmmonitor.plugin.source.vllm;

import org.jspecify.annotations.NullMarked;
