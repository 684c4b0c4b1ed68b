/** Tests of the metrics page. */
@NullMarked
package io.vllmmonitor.simulator.page;

import org.jspecify.annotations.NullMarked;
