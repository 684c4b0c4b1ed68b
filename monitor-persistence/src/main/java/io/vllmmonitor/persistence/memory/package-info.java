/**
 * The typed memory over the plain stores: entities of the API become rows with JSON and back.
 * Entities flow in through {@link io.vllmmonitor.persistence.memory.StoredMemory} as a recorder,
 * pages of them flow out through the same object as the history. Start there; the JSON of an entity
 * is {@link io.vllmmonitor.persistence.memory.HistoryJson}.
 */
@NullMarked
package io.vllmmonitor.persistence.memory;

import org.jspecify.annotations.NullMarked;
