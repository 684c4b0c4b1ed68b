/**
 * What experience says: learners hear measured outcomes and rank strategies for the next decision.
 * Start at {@link io.vllmmonitor.api.learning.Learner}.
 */
@NullMarked
package io.vllmmonitor.api.learning;

import org.jspecify.annotations.NullMarked;
