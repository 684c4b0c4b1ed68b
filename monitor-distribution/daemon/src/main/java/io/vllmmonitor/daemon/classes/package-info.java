/**
 * The archive of the daemon's classes, which makes its next start faster. In: the classes that this
 * process has loaded, after everything is closed; out: a file that the start script gives to the
 * next Java. Start at {@link io.vllmmonitor.daemon.classes.ClassArchive}.
 */
@NullMarked
package io.vllmmonitor.daemon.classes;

import org.jspecify.annotations.NullMarked;
