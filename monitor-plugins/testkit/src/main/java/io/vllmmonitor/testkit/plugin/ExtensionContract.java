package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.Extension;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every extension of any kind must keep to: identity, configuration, determinism, state,
 * budget, and nothing left behind. Authors extend the contract of their kind, such as {@link
 * GuardrailContract}, which brings these sentences along. The timeout only ends a test that would
 * hang; nothing is judged by the time on the wall.
 *
 * @param <E> the kind of extension
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ExtensionContract<E extends Extension> {
  /** How many inputs the general sentences use. */
  static final int ROUNDS = 24;

  private static final int CASES = 1_000;
  private static final int LIVES = 12;
  private static final String ID = "[a-zA-Z][a-zA-Z0-9_.-]{1,63}";

  ExtensionContract() {}

  /** A new extension, configured alike each time. */
  abstract E create();

  /** Sets the stage for {@link #answer}; nothing by default. */
  void prepare() {}

  /**
   * Gives the extension the input of this number, and tells everything that can be seen of what it
   * made of it. The same number is always the same input.
   */
  abstract String answer(E extension, int number);

  /** Gives the extension one random input; throws an AssertionError where its answer is wrong. */
  abstract void strange(E extension, RandomInput random);

  /** The most that one {@link #answer} may cost, in steps of {@link CpuMeter}. */
  abstract double budget();

  /** What its code must not call. */
  List<ForbiddenCalls> forbidden() {
    return List.of(ForbiddenCalls.OWN_CLOCK_OR_CHANCE);
  }

  /**
   * What older versions of the extension saved, by their {@code stateVersion}. Needed once yours is
   * greater than 1: one state per older version that users may still have.
   */
  protected Map<Integer, FakeState> olderStates() {
    return Map.of();
  }

  /** Everything the extension goes through once, from its making to its end. */
  final void oneLife() {
    prepare();
    E extension = create();
    for (int i = 0; i < 3; i++) {
      told(extension, i);
    }
    E next = create();
    FakeState.savedBy(extension).restoreInto(next);
    extension.close();
    next.close();
  }

  private String told(E extension, int number) {
    try {
      return answer(extension, number);
    } catch (MonitorException e) {
      return "threw " + e.code();
    }
  }

  @Test
  void itHasAStableIdentity() {
    E extension = create();
    assertThat(extension.id())
        .as("id() is 2 to 64 letters, digits, '_', '.' or '-', and begins with a letter")
        .isNotNull()
        .matches(ID)
        .as("id() must not be made of the name of a class, which changes")
        .isNotEqualTo(extension.getClass().getName());
    assertThat(extension.id())
        .as("id() must always answer the same; the history remembers it")
        .isEqualTo(extension.id())
        .isEqualTo(create().id());
    assertThat(extension.stateVersion())
        .as("stateVersion() starts at 1 and is the same for every instance")
        .isGreaterThanOrEqualTo(1)
        .isEqualTo(create().stateVersion());
  }

  @Test
  void itsConfigurationIsDescribed() {
    ConfigSpec spec = create().configSpec();
    assertThat(spec)
        .as("configSpec() must always answer the same")
        .isEqualTo(create().configSpec());
    assertThat(spec.keys())
        .extracting(ConfigSpec.Key::name)
        .as("configuration keys are written in snake case, each once")
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z][a-z0-9_]{0,63}"), "snake case");
    assertThat(spec.keys())
        .allSatisfy(
            key ->
                assertThat(key.description())
                    .as("the description of the key '%s': one sentence with the unit", key.name())
                    .isNotBlank());
  }

  @Test
  void theSameInputsGetTheSameAnswers() {
    prepare();
    E one = create();
    E other = create();
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(told(other, i))
          .as("two new instances must answer input %d alike: no clock, no chance, no statics", i)
          .isEqualTo(told(one, i));
    }
    assertThat(FakeState.savedBy(other).describe())
        .as("two instances with the same past must save the same state")
        .isEqualTo(FakeState.savedBy(one).describe());
  }

  @Test
  void savingItsStateChangesNothing() {
    prepare();
    E silent = create();
    E saving = create();
    for (int i = 0; i < ROUNDS; i++) {
      String before = FakeState.savedBy(saving).describe();
      assertThat(FakeState.savedBy(saving).describe())
          .as("saveState() twice in a row must write the same bits")
          .isEqualTo(before);
      assertThat(told(saving, i))
          .as("an instance that was saved must answer input %d as one that never was", i)
          .isEqualTo(told(silent, i));
    }
  }

  @Test
  void aRestoredInstanceAnswersAsTheOriginalWouldHave() {
    prepare();
    for (int cut : new int[] {0, 1, ROUNDS / 3, ROUNDS / 2, ROUNDS - 1}) {
      E original = create();
      IntStream.range(0, cut).forEach(i -> told(original, i));
      FakeState saved = FakeState.savedBy(original);
      E restored = create();
      saved.restoreInto(restored);
      assertThat(FakeState.savedBy(restored).describe())
          .as("state that was saved, restored and saved again must have the same bits")
          .isEqualTo(saved.describe());
      for (int i = cut; i < ROUNDS; i++) {
        assertThat(told(restored, i))
            .as("restored after %d inputs, input %d: saveState() must hold all that counts", cut, i)
            .isEqualTo(told(original, i));
      }
      assertThat(FakeState.savedBy(restored).describe())
          .as("the state at the end, restored after %d inputs", cut)
          .isEqualTo(FakeState.savedBy(original).describe());
    }
  }

  @Test
  void unknownAndMissingFieldsOfItsStateAreSurvived() {
    prepare();
    E original = create();
    IntStream.range(0, ROUNDS / 2).forEach(i -> told(original, i));
    FakeState saved = FakeState.savedBy(original);
    E plain = create();
    saved.restoreInto(plain);
    E withMore = create();
    saved.withUnknownFields().restoreInto(withMore);
    assertThat(told(withMore, ROUNDS / 2))
        .as("fields that a newer version wrote must be ignored")
        .isEqualTo(told(plain, ROUNDS / 2));
    survives("no field at all", new FakeState());
    for (String field : saved.names()) {
      survives("no field '" + field + "'", saved.without(field));
      survives("a field '" + field + "' of another type", saved.withAnotherType(field));
    }
  }

  private void survives(String what, FakeState state) {
    E extension = create();
    try {
      state.restoreInto(extension);
    } catch (MonitorException refused) {
      return; // a coded refusal: the core starts it fresh and says so
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "restoreState() with "
              + what
              + " must take the fallback or throw a MonitorException, found "
              + e,
          e);
    }
    told(extension, 0);
    FakeState.savedBy(extension);
  }

  @Test
  void stateOfOlderVersionsIsRead() {
    prepare();
    int version = create().stateVersion();
    assertThat(olderStates().keySet())
        .as(
            "stateVersion() is %d: olderStates() must give a state for each version before it",
            version)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(1, version).boxed().collect(Collectors.toSet()));
    String empty = FakeState.savedBy(create()).describe();
    olderStates()
        .forEach(
            (older, state) -> {
              E extension = create();
              extension.restoreState(state.reader(), older);
              FakeState migrated = FakeState.savedBy(extension);
              assertThat(migrated.describe())
                  .as("the state of version %d was not read: nothing of it is there", older)
                  .isNotEqualTo(empty);
              E next = create();
              migrated.restoreInto(next);
              assertThat(told(next, 0))
                  .as("migrated from version %d, saved and restored", older)
                  .isEqualTo(told(extension, 0));
            });
  }

  @Test
  void itStaysWithinItsBudget() {
    assumeTrue(CpuMeter.isSupported(), "This JVM does not tell the CPU time of a thread");
    prepare();
    E extension = create();
    int[] next = {0};
    double steps = new CpuMeter().stepsOf(() -> told(extension, next[0]++ % ROUNDS), budget());
    assertThat(steps)
        .as(
            "CPU time of one call in steps of a calibration loop; the budget of this kind is %.0f",
            budget())
        .isLessThanOrEqualTo(budget());
  }

  @Test
  void itKnowsNoOtherClockAndDoesNothingBehindTheBack() {
    Map<String, ConstantPool> classes = CodeOf.reachedFrom(create().getClass());
    assumeTrue(!classes.isEmpty(), "The class files of the extension cannot be read here");
    Map<String, String> found = new TreeMap<>();
    for (ForbiddenCalls rule : forbidden()) {
      rule.foundIn(classes)
          .forEach((type, call) -> found.put(type, call + " (" + rule.instead() + ")"));
    }
    assertThat(found).as("calls that an extension of this kind must not contain").isEmpty();
  }

  @Test
  void strangeInputsThrowNothingButCodedFailures() {
    prepare();
    long seed = Seed.value();
    E extension = create();
    for (int i = 0; i < CASES; i++) {
      extension = i % 100 == 99 ? create() : extension;
      try {
        strange(extension, new RandomInput(seed, i));
      } catch (MonitorException allowed) {
        // a coded failure, such as several matching series
      } catch (RuntimeException | Error e) {
        throw new AssertionError("Random input " + i + " (" + Seed.hint(seed) + "): " + e, e);
      }
    }
  }

  @Test
  void closingItThrowsNothing() {
    create().close();
    prepare();
    E extension = create();
    told(extension, 0);
    extension.close();
  }

  @Test
  void itLeavesNoThreadBehind() throws Exception {
    List<String> left = visited(Visit::threadsLeft, 2);
    assertThat(left).as("threads that still run after close()").isEmpty();
  }

  @Test
  void nothingStaticGrows() throws Exception {
    List<String> grown = visited(Visit::grown, LIVES);
    assertThat(grown)
        .as("static fields that grow from instance to instance; keep such things in the instance")
        .isEmpty();
  }

  @Test
  void itAndItsClassLoaderAreFreedAfterItsEnd() throws Exception {
    boolean freed = visited(Visit::isFreed, 2);
    assertThat(freed)
        .as(
            "its class loader is still held after close(): look for a thread local without"
                + " remove(), a thread, a shutdown hook, or something registered with the JVM")
        .isTrue();
  }

  /** Asks a visit of twins something. */
  interface Question<R> {
    R ask(Visit visit) throws InterruptedException;
  }

  private <R> R visited(Question<R> question, int lives) throws Exception {
    assumeTrue(
        Twin.canBeMade(getClass()),
        "Needs a test class with a constructor without parameters (static, when it is nested)");
    oneLife(); // what the testkit itself keeps for good is there from now on
    Optional<TwinLoader> loader = TwinLoader.of(getClass(), create().getClass());
    assumeTrue(loader.isPresent(), "The class files of the test cannot be read here");
    try (Visit visit = Visit.of(getClass(), loader.get(), lives)) {
      loader = Optional.empty();
      Optional<Throwable> failure = visit.failure();
      if (failure.isPresent()) {
        throw new AssertionError(
            "It failed when it was loaded by a class loader of its own, as a plugin is: "
                + failure.get(),
            failure.get());
      }
      return question.ask(visit);
    }
  }

  /** The text of an answer, which must not be null. */
  static <T> String text(@Nullable T answer, String method, Function<T, String> text) {
    if (answer == null) {
      throw new AssertionError(method + " answered null");
    }
    return text.apply(answer);
  }
}
