/**
 * The readable twins of the form HYBRID: JSON files beside the SQLite files, for people and their
 * text tools. What the daemon knows of its code, strategies, happy paths and models flows in; files
 * flow out, and the news that somebody edited one. Nothing is ever read back from them. Start at
 * {@link io.vllmmonitor.persistence.twin.Twins}.
 */
@NullMarked
package io.vllmmonitor.persistence.twin;

import org.jspecify.annotations.NullMarked;
