package io.vllmmonitor.testkit.contract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every sentence of the contract of guardrails, and so of all kinds, can fail. */
class GuardrailContractTest {
  @Test
  void aGuardrailThatKeepsToItPasses() {
    ContractRun.allHold(Queue.Good.class);
  }

  @Test
  void aGuardrailThatReadsItsOlderStatePasses() {
    ContractRun.allHold(BrokenGuardrails.ReadsOlderState.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BadId | itHasAStableIdentity | begins with a letter",
        "ChangingId | itHasAStableIdentity | must always answer the same",
        "UndescribedKey | itsConfigurationIsDescribed | the description of the key 'most'",
        "CamelCaseKey | itsConfigurationIsDescribed | snake case",
        "SharedCount | theSameInputsGetTheSameAnswers | must answer input 1 alike",
        "CountsSaves | savingItsStateChangesNothing | must write the same bits",
        "ForgetsHalf | aRestoredInstanceAnswersAsTheOriginalWouldHave | must hold all that counts",
        "NeedsEveryField | unknownAndMissingFieldsOfItsStateAreSurvived | must take the fallback",
        "NamesNoOlderState | stateOfOlderVersionsIsRead | must give a state for each version",
        "DropsOlderState | stateOfOlderVersionsIsRead | nothing of it is there",
        "Dear | itStaysWithinItsBudget | the budget of this kind is 3000000",
        "LooksAtTheClock | itKnowsNoOtherClockAndDoesNothingBehindTheBack | Instant.now()",
        "ReadsFiles | itKnowsNoOtherClockAndDoesNothingBehindTheBack | Files.exists",
        "StumblesOverOddNumbers | strangeInputsThrowNothingButCodedFailures | -Dtestkit.seed=",
        "LeavesThread | itLeavesNoThreadBehind | left-behind",
        "LeavesThread | itAndItsClassLoaderAreFreedAfterItsEnd | still held after close()",
        "GrowsStatics | nothingStaticGrows | GrowsStatics.SEEN held",
        "LeavesThreadLocal | itAndItsClassLoaderAreFreedAfterItsEnd | a thread local without",
        "ChangingSpec | itsSpecificationAlwaysAnswersTheSame | must always answer the same",
        "AlwaysBreaks | aHealthyServerPasses | the verdict of healthyView()",
        "AlwaysPasses | aBrokenServerIsABreachWithAReason | the verdict of brokenView()",
        "PassesWhatIsMissing | missingDataIsUnknown | has() and valueOr() do not",
        "PassesWhatIsMissing | whatIsNoNumberIsNeverAPass | every sample is NaN"
      })
  void aBrokenGuardrailIsToldWhatIsWrong(String type, String sentence, String message) {
    ContractRun.fails(Broken.named("BrokenGuardrails", type), sentence, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ThrowsAtItsEnd | closingItThrowsNothing",
        "NeedsBothMetrics | endlessNumbersAndSingleMissingMetricsAreSurvived"
      })
  void whatAGuardrailThrowsFailsTheSentence(String type, String sentence) {
    ContractRun.throwsFrom(Broken.named("BrokenGuardrails", type), sentence);
  }
}
