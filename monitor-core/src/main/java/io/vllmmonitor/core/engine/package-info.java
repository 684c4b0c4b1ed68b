/**
 * Strings the packages of the core together: one line per target from scrape to outcome. Samples
 * and signals flow in from sampling, checkpoints, firings, incidents and attempts flow out into the
 * history. Start at {@code Engine}.
 */
@NullMarked
package io.vllmmonitor.core.engine;

import org.jspecify.annotations.NullMarked;
