/**
 * Turns one dropped {@code .java} file into extensions that cannot hurt the daemon. Source text
 * flows in from {@code plugin}; checked, compiled and instrumented classes flow out, and live
 * instances are made from them. Start at {@link io.vllmmonitor.core.script.SourceCompiler}, then
 * {@link io.vllmmonitor.core.script.ScriptCode}.
 *
 * <p>The way of a source: header ({@link io.vllmmonitor.core.script.SourceHeader}) → Janino, or the
 * JDK's compiler for what Janino cannot take, whose lambdas and records become plain classes → scan
 * of every type and method it touches against the allow-list of its kind ({@link
 * io.vllmmonitor.core.script.SourceKind}) → instrumentation with a budget → a blob of class bytes.
 * A restore starts from that blob and never compiles.
 *
 * <p>What Janino's dialect lacks stands in {@code DialectGap}, each with what to write instead.
 *
 * <p>This keeps accidents of code that the operator chose to install from hurting the daemon. It is
 * no boundary against an attacker.
 */
@NullMarked
package io.vllmmonitor.core.script;

import org.jspecify.annotations.NullMarked;
