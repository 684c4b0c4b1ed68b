/**
 * Names for records. {@link io.vllmmonitor.core.identity.TimeOrderedIds} is all there is;
 * everything that is stored under an id asks it.
 */
@NullMarked
package io.vllmmonitor.core.identity;

import org.jspecify.annotations.NullMarked;
