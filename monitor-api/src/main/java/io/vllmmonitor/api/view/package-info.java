/**
 * What judges look through: the recent samples of one target under their current names. Windows
 * flow in from the core, numbers flow out to guardrails, predictors and strategies. The one type is
 * {@link io.vllmmonitor.api.view.MetricView}.
 */
@NullMarked
package io.vllmmonitor.api.view;

import org.jspecify.annotations.NullMarked;
