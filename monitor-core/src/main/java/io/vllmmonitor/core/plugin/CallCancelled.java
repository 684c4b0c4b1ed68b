package io.vllmmonitor.core.plugin;

/**
 * Ends a call that has passed its hard limit, from inside the code of the plugin. Without a stack
 * trace, since it may be thrown again and again until no handler is left.
 */
final class CallCancelled extends Error {
  private static final long serialVersionUID = 1L;

  CallCancelled() {
    super("The call has passed its limit and was cancelled", null, false, false);
  }
}
