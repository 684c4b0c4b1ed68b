/**
 * Exporting a store into a directory that people can read, and bringing such a directory back.
 * Series, records and blobs flow in through the store interfaces, so every back end can be
 * exchanged with every other; archives, which are hostile until verified, flow out and in. Start at
 * {@link io.vllmmonitor.persistence.exchange.Exporter} and {@link
 * io.vllmmonitor.persistence.exchange.Importer}.
 */
@NullMarked
package io.vllmmonitor.persistence.exchange;

import org.jspecify.annotations.NullMarked;
