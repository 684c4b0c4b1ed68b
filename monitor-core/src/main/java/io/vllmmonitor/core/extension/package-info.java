/**
 * The live instances of extensions, whoever brought them. The plugin platform and the script engine
 * fill it, the engine reads it at every tick. Start at {@link
 * io.vllmmonitor.core.extension.ExtensionCatalog}. What a judging call may know of time and chance
 * is an {@link io.vllmmonitor.core.extension.Evaluation}.
 */
@NullMarked
package io.vllmmonitor.core.extension;

import org.jspecify.annotations.NullMarked;
