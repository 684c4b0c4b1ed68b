/**
 * How the monitor is to keep its memory: directory, back end, retention, performance, names of
 * files. Values of the section {@code storage} flow in; every package of the persistence takes what
 * it needs. Start at {@link io.vllmmonitor.persistence.config.PersistenceConfig}.
 */
@NullMarked
package io.vllmmonitor.persistence.config;

import org.jspecify.annotations.NullMarked;
