/**
 * Rules over recent samples: a guardrail looks through a view and answers with a verdict. Views
 * flow in, verdicts flow out to the core, which turns lasting breaches into firings. Start at
 * {@link io.vllmmonitor.api.guardrail.Guardrail}.
 */
@NullMarked
package io.vllmmonitor.api.guardrail;

import org.jspecify.annotations.NullMarked;
