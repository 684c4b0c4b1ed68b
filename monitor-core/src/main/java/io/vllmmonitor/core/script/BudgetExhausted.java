package io.vllmmonitor.core.script;

/**
 * Ends a guarded call that used up its budget. An Error of a type that no source can name; every
 * handler of instrumented code throws it on.
 */
final class BudgetExhausted extends Error {
  private static final long serialVersionUID = 1L;

  BudgetExhausted(String what) {
    super(what);
  }
}
