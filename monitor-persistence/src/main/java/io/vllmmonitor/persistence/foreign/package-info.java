/**
 * The data directory of the earlier Python package, read only. Its files flow in, rows and samples
 * of this product flow out, together with a count of everything that has no place here. Start at
 * {@link io.vllmmonitor.persistence.foreign.PythonDirectory}.
 */
@NullMarked
package io.vllmmonitor.persistence.foreign;

import org.jspecify.annotations.NullMarked;
