/** Tests of the engine model in virtual time. */
@NullMarked
package io.vllmmonitor.simulator.engine;

import org.jspecify.annotations.NullMarked;
