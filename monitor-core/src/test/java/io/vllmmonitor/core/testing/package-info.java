/** Hand-written stand-ins that the tests of several packages share. Start at MemoryHistory. */
@NullMarked
package io.vllmmonitor.core.testing;

import org.jspecify.annotations.NullMarked;
