/**
 * What is expected to go wrong, and whether it did. Predictors and imports bring predictions, the
 * history keeps them, strategies and people read them. Start at {@link
 * io.vllmmonitor.api.prediction.FailurePrediction}.
 */
@NullMarked
package io.vllmmonitor.api.prediction;

import org.jspecify.annotations.NullMarked;
