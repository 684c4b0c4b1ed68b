package io.vllmmonitor.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.MonitorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contracts of the other kinds: good extensions pass, and each own sentence can fail. */
class OtherContractsTest {
  @ParameterizedTest
  @ValueSource(strings = {"GoodPredictor", "GoodStrategy", "GoodLearner"})
  void whatJudgesWellPasses(String type) {
    ContractRun.allHold(Broken.named("JudgingKinds", type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GoodActuator", "GoodSource"})
  void whatActsWellPasses(String type) {
    ContractRun.allHold(Broken.named("ActingKinds", type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GoodListener", "GoodNotifier", "GoodExporter", "GoodDiscovery"})
  void whatTellsWellPasses(String type) {
    ContractRun.allHold(Broken.named("TellingKinds", type));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SeesAlways | nothingIsForecastOfACalmServer | the forecast of calmView()",
        "SeesNothing | aFailureIsForecastWithAReason | the forecast of failingView()",
        "SeesAlways | aFailureIsForecastWithAReason | what it was seen by",
        "CalmWithoutData | missingDataIsUnknown | never 'nothing to come'",
        "CalmWithoutData | whatIsNoNumberIsNeverNothingToCome | every sample is NaN",
        "EndlessHorizon | itsHorizonIsATimeThatCanPass | horizon() is more than zero",
        "CrossedInterval | aFailureIsForecastWithAReason | not after the latest",
        "CrossedInterval | strangeInputsThrowNothingButCodedFailures | not after the latest",
        "DividesByNothing | strangeInputsThrowNothingButCodedFailures | secondsToFailure",
        "FitsNothing | itFitsTheIncident | the suitability for incident()",
        "FitsEverything | itDoesNotFitAServerThatIsKnownToLackItsRoutes | GET /health only",
        "FitsBeyondOne | strangeInputsThrowNothingButCodedFailures | suitability() is 0 to 1",
        "TellsNoPrice | itsPlanTellsThePriceAndTheWayBack | who feels it and how",
        "PlansDiffer | theSameIncidentGetsTheSamePlan | plan",
        "ClaimsSuccess | withoutDataItClaimsNothing | without data there is no success",
        "RanksItsOwn | itRanksExactlyWhatItIsAskedFor | mine",
        "RanksItsOwn | strangeInputsThrowNothingButCodedFailures | and no other",
        "RanksBackwards | whatWorksComesFirst | alpha",
        "CountsTwice | oneAttemptCountsOnce | an attempt counts once",
        "ForgetsWhatItKnew | halfThenRestartThenHalfIsTheSameAsUnbroken | good",
        "ForgetsWhatItKnew | aRestoredInstanceAnswersAsTheOriginalWouldHave | the same bits",
        "StartsWithKnowledge | theModelCardTellsWhatItIs | 3"
      })
  void whatJudgesBadlyIsToldWhatIsWrong(String type, String sentence, String message) {
    ContractRun.fails(Broken.named("JudgingKinds", type), sentence, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DryRunActs | aDryRunSendsNothing | /pause",
        "DryRunTakesAll | aDryRunRefusesWhatItDoesNotKnow | Optional",
        "SendsTwice | eachStepIsSentOnceWithinItsDeadline | test.pause",
        "BelievesAll | aRefusalIsAFailure | FAILED",
        "BelievesAll | aLostAnswerIsUnknownAndAServerThatIsNotThereAFailure | UNKNOWN",
        "BelievesAll | strangeInputsThrowNothingButCodedFailures | is not done",
        "HidesAction | everyActionOfItIsTried | test.erase",
        "NewKeys | theSameSeriesComesAsTheSameObject | same",
        "TakesWebPages | aWebPageIsRefusedByName | must throw for a web page",
        "DeclaresTwice | everyFamilyNameIsDeclaredOnce | up_time",
        "HidesAbsence | aServerThatIsNotThereFailsTheCollection | where no server answers",
        "ParsesBadly | strangeInputsThrowNothingButCodedFailures | -Dtestkit.seed="
      })
  void whatActsBadlyIsToldWhatIsWrong(String type, String sentence, String message) {
    ContractRun.fails(Broken.named("ActingKinds", type), sentence, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DeafListener | whatItHearsHasAnEffect | a listener that does nothing",
        "NeedsAnError | strangeInputsThrowNothingButCodedFailures | StringIndexOutOfBounds",
        "Silent | everyNotificationArrivesOnceWithWhatItSays | arrives once",
        "Swallows | whatCannotBeSentFailsAndIsNotSwallowed | send() must throw",
        "ChokesOnEmptyText | strangeInputsThrowNothingButCodedFailures | arrives once",
        "ExportsTheFirst | everySampleOfAScrapeArrives | what arrives of scrape 0",
        "SwallowsSamples | whatCannotBeHandedOnFailsAndIsNotSwallowed | export() must throw",
        "FindsNothing | aServerThatIsThereIsNamed | where there is a server",
        "FindsFiles | whereThereIsNoServerNothingFails | the scheme of file",
        "Knocks | itKnowsNoOtherClockAndDoesNothingBehindTheBack | opens no connection"
      })
  void whatTellsBadlyIsToldWhatIsWrong(String type, String sentence, String message) {
    ContractRun.fails(Broken.named("TellingKinds", type), sentence, message);
  }

  @Test
  void aSourceThatDoesNotRecoverFails() {
    assertThat(
            ContractRun.failureOf(ActingKinds.DiesForGood.class, "itRecoversWhenTheServerIsBack"))
        .get()
        .isInstanceOf(MonitorException.class);
  }
}
