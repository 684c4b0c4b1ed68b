/**
 * The vocabulary and the service provider interfaces of vllm-monitor. This package is empty on
 * purpose; start at {@link io.vllmmonitor.api.plugin.MonitorPlugin}, the door every plugin comes
 * through. Each sub-package holds one noun of the way of the data (target, source, sample,
 * lifecycle, guardrail, incident, mitigation, outcome, learning, history, store) and imports only
 * packages that come before it on that way.
 */
@NullMarked
package io.vllmmonitor.api;

import org.jspecify.annotations.NullMarked;
