/**
 * Watches a drop folder. Files flow in, settled changes flow out: arrived with their bytes,
 * removed, refused. Start at {@link io.vllmmonitor.core.folder.FolderScanner}; {@link
 * io.vllmmonitor.core.folder.FolderWatch} is the thread that calls it.
 */
@NullMarked
package io.vllmmonitor.core.folder;

import org.jspecify.annotations.NullMarked;
