/**
 * The exact bytes that run: every plugin jar and every dropped source that was ever accepted, by
 * hash and generation. The plugin platform writes it, the restore reads it. Start at {@link
 * io.vllmmonitor.api.code.CodeGeneration}.
 */
@NullMarked
package io.vllmmonitor.api.code;

import org.jspecify.annotations.NullMarked;
