/**
 * Tests of the contracts themselves: extensions that keep to them pass, and for every sentence
 * there is one that breaks it and is told so. Start at {@link
 * io.vllmmonitor.testkit.contract.GuardrailContractTest}.
 */
@NullMarked
package io.vllmmonitor.testkit.contract;

import org.jspecify.annotations.NullMarked;
