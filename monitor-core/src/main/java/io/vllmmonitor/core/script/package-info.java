/**
 * Turns one dropped {@code .java} file into guardrail instances that cannot hurt the daemon. Source
 * text flows in from {@code plugin}; checked, compiled and instrumented classes flow out, and live
 * instances are made from them. Start at {@link io.vllmmonitor.core.script.SourceCompiler}, then
 * {@link io.vllmmonitor.core.script.ScriptCode}.
 *
 * <p>The way of a source: header ({@link io.vllmmonitor.core.script.SourceHeader}) → parse and lint
 * → Janino → scan of every type and method it touches against allow-lists → instrumentation with a
 * budget → a blob of class bytes. A restore starts from that blob and never compiles.
 *
 * <p>This keeps accidents of code that the operator chose to install from hurting the daemon. It is
 * no boundary against an attacker: memory that a guardrail keeps between calls is bounded per call
 * and per collection only.
 */
@NullMarked
package io.vllmmonitor.core.script;

import org.jspecify.annotations.NullMarked;
