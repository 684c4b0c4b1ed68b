/**
 * What a plugin author tests against: abstract contract tests, one per kind of extension, and fakes
 * of the services that a plugin is given. An author's test class extends a contract and hands it
 * the extension; JUnit runs the contract's sentences against it. Start at {@link
 * io.vllmmonitor.testkit.plugin.GuardrailContract} and {@link
 * io.vllmmonitor.testkit.plugin.FakePluginContext}.
 */
@NullMarked
package io.vllmmonitor.testkit.plugin;

import org.jspecify.annotations.NullMarked;
