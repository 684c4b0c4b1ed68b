package io.vllmmonitor.core.script;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The words of the {@link AllowList}. One type a line, then its methods by name; {@code <init>} is
 * followed by the descriptors of its constructors. {@code *} lists every method except those named
 * with a minus. Stateless.
 */
final class AllowedMembers {
  /** For every kind. */
  static final String COMMON =
      """
      java/lang/Object <init>() toString hashCode equals
      java/lang/Enum <init>(Ljava/lang/String;I) valueOf name ordinal toString compareTo equals hashCode
      java/lang/Record <init>()
      java/lang/AutoCloseable close
      java/lang/Comparable compareTo
      java/lang/Iterable iterator forEach
      java/lang/CharSequence length charAt
      java/lang/System arraycopy
      java/lang/Math * -random
      java/lang/StrictMath * -random
      java/lang/Double * -<init> -describeConstable -resolveConstantDesc -parseDouble -valueOf(Ljava/lang/String;)
      java/lang/Float * -<init> -describeConstable -resolveConstantDesc -parseFloat -valueOf(Ljava/lang/String;)
      java/lang/Long * -<init> -getLong -describeConstable -resolveConstantDesc -valueOf(Ljava/lang/String;) -valueOf(Ljava/lang/String;I)
      java/lang/Integer * -<init> -getInteger -describeConstable -resolveConstantDesc -valueOf(Ljava/lang/String;) -valueOf(Ljava/lang/String;I)
      java/lang/Short valueOf shortValue intValue equals hashCode toString compareTo
      java/lang/Byte valueOf byteValue intValue equals hashCode toString compareTo
      java/lang/Boolean valueOf booleanValue parseBoolean equals hashCode toString compareTo
      java/lang/Character valueOf charValue isDigit isLetter isLetterOrDigit isWhitespace isUpperCase isLowerCase toUpperCase toLowerCase equals hashCode toString compareTo
      java/lang/Number intValue longValue doubleValue floatValue
      java/lang/String length charAt isEmpty isBlank equals equalsIgnoreCase compareTo compareToIgnoreCase startsWith endsWith contains indexOf lastIndexOf substring trim strip toLowerCase() toUpperCase() hashCode toString valueOf concat
      java/lang/StringBuilder <init>() <init>(Ljava/lang/String;) append length toString charAt reverse deleteCharAt
      java/lang/Throwable getMessage toString addSuppressed
      java/lang/Exception <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/RuntimeException <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/IllegalStateException <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/IllegalArgumentException <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/ArithmeticException <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/UnsupportedOperationException <init>(Ljava/lang/String;) <init>() getMessage
      java/lang/IncompatibleClassChangeError <init>()
      java/util/Collection size isEmpty contains iterator add remove clear forEach removeIf
      java/util/List size isEmpty contains iterator add(Ljava/lang/Object;) get set remove clear of sort forEach removeIf
      java/util/Set size isEmpty contains iterator add remove clear forEach removeIf
      java/util/SortedSet size isEmpty contains iterator add remove clear first last
      java/util/Map size isEmpty get getOrDefault put putIfAbsent computeIfAbsent merge remove(Ljava/lang/Object;) containsKey keySet values entrySet clear forEach
      java/util/Map$Entry getKey getValue
      java/util/Iterator hasNext next remove
      java/util/Queue size isEmpty iterator add peek poll clear
      java/util/Deque size isEmpty iterator add addFirst addLast peekFirst peekLast pollFirst pollLast peek poll push pop clear
      java/util/ArrayList <init>() size isEmpty contains iterator add(Ljava/lang/Object;) get set remove clear sort forEach removeIf
      java/util/ArrayDeque <init>() size isEmpty iterator add addFirst addLast peekFirst peekLast pollFirst pollLast peek poll push pop clear
      java/util/HashMap <init>() size isEmpty get getOrDefault put putIfAbsent computeIfAbsent merge remove(Ljava/lang/Object;) containsKey keySet values entrySet clear forEach
      java/util/LinkedHashMap <init>() size isEmpty get getOrDefault put putIfAbsent computeIfAbsent merge remove(Ljava/lang/Object;) containsKey keySet values entrySet clear forEach
      java/util/TreeMap <init>() size isEmpty get getOrDefault put putIfAbsent computeIfAbsent merge remove(Ljava/lang/Object;) containsKey keySet values entrySet clear firstKey lastKey forEach
      java/util/HashSet <init>() size isEmpty contains iterator add remove clear
      java/util/LinkedHashSet <init>() size isEmpty contains iterator add remove clear
      java/util/TreeSet <init>() size isEmpty contains iterator add remove clear first last
      java/util/Collections sort(Ljava/util/List;) sort(Ljava/util/List;Ljava/util/Comparator;) emptyList emptyMap emptySet
      java/util/Comparator compare comparing(Ljava/util/function/Function;) comparingDouble comparingInt comparingLong naturalOrder reverseOrder reversed
      java/util/function/Function apply
      java/util/function/BiFunction apply
      java/util/function/UnaryOperator apply
      java/util/function/BinaryOperator apply
      java/util/function/Supplier get
      java/util/function/Consumer accept
      java/util/function/BiConsumer accept
      java/util/function/Predicate test
      java/util/function/BiPredicate test
      java/util/function/DoubleUnaryOperator applyAsDouble
      java/util/function/DoubleBinaryOperator applyAsDouble
      java/util/function/DoublePredicate test
      java/util/function/DoubleFunction apply
      java/util/function/DoubleSupplier getAsDouble
      java/util/function/BooleanSupplier getAsBoolean
      java/util/function/ToDoubleFunction applyAsDouble
      java/util/function/ToIntFunction applyAsInt
      java/util/function/ToLongFunction applyAsLong
      java/util/function/IntFunction apply
      java/util/function/IntPredicate test
      java/util/function/IntUnaryOperator applyAsInt
      java/util/function/IntBinaryOperator applyAsInt
      java/util/Objects requireNonNull(Ljava/lang/Object;) requireNonNull(Ljava/lang/Object;Ljava/lang/String;) isNull nonNull equals(Ljava/lang/Object;Ljava/lang/Object;)
      java/util/Optional get isPresent isEmpty orElse orElseThrow() ifPresent map empty of ofNullable
      java/time/Duration ofMillis ofSeconds ofMinutes ofHours between toMillis toSeconds getSeconds toMinutes compareTo isNegative isZero
      java/time/Instant toEpochMilli getEpochSecond ofEpochMilli ofEpochSecond isBefore isAfter plusSeconds plusMillis minusSeconds minusMillis compareTo
      io/vllmmonitor/api/view/MetricView *
      io/vllmmonitor/api/guardrail/Guardrail spec check id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/guardrail/GuardrailSpec of withBreachFor withBreachForSeconds withKeepFiringFor withKeepFiringForSeconds description severity kind breachFor keepFiringFor
      io/vllmmonitor/api/guardrail/Verdict pass breach unknown match
      io/vllmmonitor/api/guardrail/Severity name ordinal toString compareTo equals values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/lifecycle/FailureKind name ordinal toString compareTo equals values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/extension/Extension id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/extension/StateReader names text integer number flag numbers
      io/vllmmonitor/api/extension/StateWriter text integer number flag numbers
      io/vllmmonitor/api/config/ConfigSpec of none
      io/vllmmonitor/api/config/ConfigSpec$Key <init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)
      io/vllmmonitor/api/config/Settings string integer number flag duration keys
      io/vllmmonitor/api/target/Target id mode scrapeInterval
      io/vllmmonitor/api/target/TargetId instance toString compareTo equals hashCode
      io/vllmmonitor/api/target/TargetMode name ordinal toString compareTo equals
      io/vllmmonitor/api/plugin/PluginContext config target log
      java/lang/System$Logger log(Ljava/lang/System$Logger$Level;Ljava/lang/String;)
      java/lang/System$Logger$Level name ordinal toString
      io/vllmmonitor/api/prediction/FailurePredictor predict feedback horizon id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/prediction/Forecast none failure unknown match
      io/vllmmonitor/api/prediction/Forecast$None match toString
      io/vllmmonitor/api/prediction/Forecast$Failure kind probability secondsToFailure earliestSeconds latestSeconds factors recommendedMitigations withTimeToFailureSeconds withinSeconds because recommending match
      io/vllmmonitor/api/prediction/Forecast$Unknown missing match
      io/vllmmonitor/api/prediction/FailurePrediction id target at currentState predictedFailureState failureType timeToFailure earliest latest probability confidence contributingFactors recommendedMitigations predictor generation actualOutcome
      io/vllmmonitor/api/prediction/PredictionConfidence of name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/prediction/ActualOutcome result resolvedAt incidentId explanation
      io/vllmmonitor/api/prediction/ActualOutcome$Result name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/mitigation/MitigationStrategy suitability plan verify id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/mitigation/ActionPlan <init>(Ljava/lang/String;Ljava/util/List;Ljava/util/List;Ljava/lang/String;Ljava/time/Duration;) summary steps rollback blastRadius verificationWindow
      io/vllmmonitor/api/mitigation/ActionStep <init>(Ljava/lang/String;Ljava/util/Map;Ljava/time/Duration;) of action arguments deadline
      io/vllmmonitor/api/outcome/Measurement <init>(Lio/vllmmonitor/api/outcome/MitigationOutcome;Ljava/lang/String;Ljava/util/List;) of outcome explanation sideEffects
      io/vllmmonitor/api/outcome/MitigationOutcome name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/incident/Incident id target kind status severity summary openedAt closedAt firings
      io/vllmmonitor/api/incident/IncidentStatus name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/target/TargetCapabilities version routes serves
      io/vllmmonitor/api/learning/Learner observe advise modelCard id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/learning/LearningEvent attemptId target situation strategy outcome at
      io/vllmmonitor/api/learning/LearningMethod name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/learning/DecisionQuery situation strategies
      io/vllmmonitor/api/learning/Advice <init>(Ljava/util/List;) ranking
      io/vllmmonitor/api/learning/Advice$Ranked <init>(Ljava/lang/String;DLjava/lang/String;) strategy score explanation
      io/vllmmonitor/api/learning/ModelCard <init>(Ljava/lang/String;Lio/vllmmonitor/api/learning/LearningMethod;JLjava/util/Map;) name method observations facts
      io/vllmmonitor/api/lifecycle/LifecycleListener onTransition id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/lifecycle/StateCheckpoint id target at state previousState transition reason arguments environment hardwareState metrics errorContext guardrailViolations interventions metadata
      io/vllmmonitor/api/lifecycle/LifecycleState phase name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/lifecycle/LifecycleState$Phase name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/lifecycle/StateTransition name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      """;

  /** For what is not replayed over stored samples: everything but guardrails and predictors. */
  private static final String TIME_AND_CHANCE =
      """
      io/vllmmonitor/api/plugin/PluginContext clock random
      java/time/InstantSource instant millis
      java/util/random/RandomGenerator nextBoolean nextInt nextLong nextDouble nextGaussian()
      """;

  /**
   * For metrics sources: pages of the one target, and somewhere to put samples. Nothing is sent
   * that could change the target.
   */
  private static final String COLLECTING =
      """
      io/vllmmonitor/api/plugin/PluginContext http()
      io/vllmmonitor/api/plugin/HttpService send
      io/vllmmonitor/api/plugin/HttpCall get withHeader method path
      io/vllmmonitor/api/plugin/HttpAnswer status isSuccess contentType text
      io/vllmmonitor/api/source/MetricsSource metrics probe collect id stateVersion saveState restoreState configSpec close
      io/vllmmonitor/api/source/CollectScope at remaining
      io/vllmmonitor/api/source/SampleSink sample signals
      io/vllmmonitor/api/source/Answer of name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/source/TargetSignals builder unknown
      io/vllmmonitor/api/source/TargetSignals$Builder healthy paused sleeping workPending incarnation progress capabilities build
      io/vllmmonitor/api/target/TargetCapabilities <init>(Ljava/lang/String;Ljava/util/Set;) unknown
      io/vllmmonitor/api/sample/SeriesKey <init>(Ljava/lang/String;Lio/vllmmonitor/api/sample/Labels;) of name labels equals hashCode toString compareTo
      io/vllmmonitor/api/sample/Labels none of get size with without equals hashCode toString compareTo
      io/vllmmonitor/api/sample/MetricSpec of withAliases name kind type unit aliases help
      io/vllmmonitor/api/sample/MetricKind name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      io/vllmmonitor/api/sample/MetricType name ordinal toString compareTo equals hashCode values valueOf(Ljava/lang/String;)
      """;

  private AllowedMembers() {}

  /** What a kind has beside {@link #COMMON}. */
  static String more(SourceKind kind) {
    return switch (kind) {
      case GUARDRAIL, PREDICTOR -> "";
      case MITIGATION, LEARNER, LISTENER -> TIME_AND_CHANCE;
      case SOURCE -> TIME_AND_CHANCE + COLLECTING;
    };
  }

  /** Names of methods by internal name of their type. */
  static Map<String, Set<String>> read(String members) {
    Map<String, Set<String>> methods = new HashMap<>();
    for (String line : members.split("\n", -1)) {
      String[] words = line.trim().split(" ", -1);
      if (!words[0].isEmpty()) {
        Set<String> names = methods.computeIfAbsent(words[0], type -> new HashSet<>());
        for (int i = 1; i < words.length; i++) {
          names.add(words[i]);
        }
      }
    }
    return methods;
  }
}
