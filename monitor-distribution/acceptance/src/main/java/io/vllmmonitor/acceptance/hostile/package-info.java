/**
 * Everything that a plugin or a dropped source can do wrong, as files: what to drop, and what has
 * to come of it. Nothing flows in; the proof {@code hostile} drops each input beside healthy
 * plugins and looks. Start at {@link io.vllmmonitor.acceptance.hostile.HostileCorpus}.
 */
@NullMarked
package io.vllmmonitor.acceptance.hostile;

import org.jspecify.annotations.NullMarked;
