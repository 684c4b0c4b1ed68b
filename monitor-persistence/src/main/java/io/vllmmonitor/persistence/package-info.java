/**
 * The memory of the monitor on disk. Start at the package {@code engine}, which opens all of it.
 */
@NullMarked
package io.vllmmonitor.persistence;

import org.jspecify.annotations.NullMarked;
