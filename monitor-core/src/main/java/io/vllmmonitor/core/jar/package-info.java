/**
 * What is checked of a plugin jar before anything of it runs: its zip, manifest and classes, its
 * links to the API, who signed it, and whether what it needs is there. Files and stored keys flow
 * in; descriptors, orders and coded refusals flow out. Start at {@code JarChecks}.
 */
@NullMarked
package io.vllmmonitor.core.jar;

import org.jspecify.annotations.NullMarked;
