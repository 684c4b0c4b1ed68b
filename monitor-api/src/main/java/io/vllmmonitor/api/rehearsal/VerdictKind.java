package io.vllmmonitor.api.rehearsal;

import io.vllmmonitor.api.guardrail.Verdict;

/** Which of the three a verdict is. */
public enum VerdictKind {
  PASS,
  BREACH,
  UNKNOWN;

  /** The kind of a verdict. */
  public static VerdictKind of(Verdict verdict) {
    return verdict.match(pass -> PASS, breach -> BREACH, unknown -> UNKNOWN);
  }
}
