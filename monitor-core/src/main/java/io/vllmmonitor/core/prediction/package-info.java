/**
 * Asks the predictors of a target what is going to fail, keeps what they say until it is known what
 * happened, and tells them. Views flow in, stored predictions flow out. Start at {@link
 * io.vllmmonitor.core.prediction.PredictionRunner}.
 */
@NullMarked
package io.vllmmonitor.core.prediction;

import org.jspecify.annotations.NullMarked;
