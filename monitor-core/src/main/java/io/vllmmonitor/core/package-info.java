/**
 * The engine: it samples, judges, plans, acts, verifies and learns. This package is empty on
 * purpose; start at {@code engine}, which strings the other packages together per target.
 */
@NullMarked
package io.vllmmonitor.core;

import org.jspecify.annotations.NullMarked;
