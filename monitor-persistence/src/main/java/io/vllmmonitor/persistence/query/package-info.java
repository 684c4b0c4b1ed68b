/**
 * Reading samples in Prometheus' words: expressions, selectors and times flow in as text, typed
 * results and Prometheus' JSON flow out. Renamed metrics are found under all of their names. Start
 * at {@link io.vllmmonitor.persistence.query.PromQuery}.
 */
@NullMarked
package io.vllmmonitor.persistence.query;

import org.jspecify.annotations.NullMarked;
