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
 * <p>The language is Java 8 without lambdas, method references, {@code var}, records, text blocks,
 * switch expressions, pattern {@code instanceof}, try with resources, a catch of several types,
 * {@code assert}, {@code synchronized}, arrays of arrays in one {@code new}, and jumps out of a try
 * with finally; generics are erased, so cast what comes out of a collection.
 *
 * <p>This keeps accidents of code that the operator chose to install from hurting the daemon. It is
 * no boundary against an attacker: memory that a guardrail keeps between calls is bounded per call
 * and per collection only.
 */
@NullMarked
package io.vllmmonitor.core.script;

import org.jspecify.annotations.NullMarked;
