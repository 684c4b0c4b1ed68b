/**
 * Feeds measured outcomes to the learners and asks them which strategy to prefer. Events flow in
 * from {@code outcome} and from the history, scores flow out to {@code mitigation}. Start at {@link
 * io.vllmmonitor.core.learning.LearningDesk}.
 */
@NullMarked
package io.vllmmonitor.core.learning;

import org.jspecify.annotations.NullMarked;
