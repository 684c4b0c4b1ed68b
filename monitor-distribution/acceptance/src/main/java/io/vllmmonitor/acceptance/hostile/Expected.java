package io.vllmmonitor.acceptance.hostile;

import static io.vllmmonitor.acceptance.hostile.Containment.ENDED;
import static io.vllmmonitor.acceptance.hostile.Containment.FAULTED;
import static io.vllmmonitor.acceptance.hostile.Containment.REFUSED;
import static io.vllmmonitor.acceptance.hostile.Containment.RUNS;
import static io.vllmmonitor.acceptance.hostile.Containment.UNMOVED;

import java.util.Set;

/**
 * What is expected of each class of inputs: the one table of error codes. Where codes are listed, a
 * problem with one of them must name the input; an empty list takes any. What fails when it is
 * called is refused by its rehearsal where enough scrapes are stored, and fails live where not.
 */
public enum Expected {
  NOT_A_JAR(REFUSED, "PLUGIN_JAR_UNREADABLE"),
  NOT_A_FILE_OF_A_JAR(REFUSED, "PLUGIN_JAR_UNREADABLE"),
  NO_MANIFEST(REFUSED, "PLUGIN_MANIFEST"),
  WRONG_ID(REFUSED, "PLUGIN_ID_INVALID"),
  WRONG_VERSION(REFUSED, "PLUGIN_VERSION_INVALID"),
  WRONG_API(REFUSED, "PLUGIN_INCOMPATIBLE"),
  NO_ENTRY(REFUSED, "PLUGIN_NO_ENTRY"),
  BROKEN_ENTRY(REFUSED, "PLUGIN_NO_ENTRY"),
  CLASS_TOO_NEW(REFUSED, "PLUGIN_CLASS_VERSION"),
  MISSING_MEMBER(REFUSED, "PLUGIN_LINK"),
  API_INSIDE(REFUSED, "PLUGIN_INCOMPATIBLE"),
  OUR_CLASSES(REFUSED, "PLUGIN_FORBIDDEN_CLASS"),
  MISSING_DEPENDENCY(REFUSED, "PLUGIN_DEPENDENCY_MISSING"),
  DEPENDENCY_CYCLE(REFUSED, "PLUGIN_DEPENDENCY_CYCLE"),
  SAME_ID(REFUSED, "PLUGIN_DUPLICATE"),
  WRITABLE_BY_OTHERS(REFUSED, "PLUGIN_UNTRUSTED_FILE"),
  ZIP_BOMB(REFUSED, "PLUGIN_JAR_LIMIT"),
  FAILING_START(REFUSED, "PLUGIN_START_FAILED"),
  HANGING_START(REFUSED),
  FAILING_CALL(FAULTED, "PLUGIN_CALL_FAILED", "PLUGIN_REHEARSAL_REFUSED"),
  HANGING_CALL(FAULTED, "PLUGIN_CALL_TIMEOUT", "PLUGIN_REHEARSAL_REFUSED"),
  DEADLY_START(REFUSED, "PLUGIN_FORBIDDEN_CALL", "PLUGIN_START_FAILED"),
  DEADLY_CALL(FAULTED, "PLUGIN_FORBIDDEN_CALL", "PLUGIN_REHEARSAL_REFUSED"),
  FAILING_END(ENDED, "PLUGIN_CALL_FAILED"),
  LEFTOVER(ENDED, "PLUGIN_LEFTOVERS"),
  COPY(RUNS),
  FOLDER_GONE(UNMOVED),

  SOURCE_HEADER(REFUSED, "GUARDRAIL_SOURCE_HEADER"),
  SOURCE_TOO_LARGE(REFUSED, "GUARDRAIL_SOURCE_TOO_LARGE"),
  SOURCE_UNREADABLE(REFUSED, "GUARDRAIL_SOURCE_UNREADABLE"),
  SOURCE_COMPILE(REFUSED, "GUARDRAIL_COMPILE"),
  SOURCE_KIND(REFUSED, "SOURCE_KIND"),
  SOURCE_FORBIDDEN(REFUSED, "GUARDRAIL_FORBIDDEN_CALL", "GUARDRAIL_COMPILE"),
  SOURCE_BUDGET_AT_START(REFUSED, "GUARDRAIL_BUDGET_EXHAUSTED"),
  SOURCE_BUDGET(FAULTED, "GUARDRAIL_BUDGET_EXHAUSTED", "PLUGIN_REHEARSAL_REFUSED"),
  SOURCE_FAILING_CALL(FAULTED, "GUARDRAIL_EVALUATION", "PLUGIN_REHEARSAL_REFUSED"),
  PREDICTOR_FAILING_CALL(FAULTED);

  private final Containment containment;

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<String> codes;

  Expected(Containment containment, String... codes) {
    this.containment = containment;
    this.codes = Set.of(codes);
  }

  public Containment containment() {
    return containment;
  }

  /** Names of error codes; empty where any will do. */
  public Set<String> codes() {
    return codes;
  }
}
