/**
 * Learning by counting: measured outcomes flow in, a ranking by expected success flows out. Start
 * at {@link io.vllmmonitor.plugin.learner.counts.CountingLearnerPlugin}.
 */
@NullMarked
package io.vllmmonitor.plugin.learner.counts;

import org.jspecify.annotations.NullMarked;
