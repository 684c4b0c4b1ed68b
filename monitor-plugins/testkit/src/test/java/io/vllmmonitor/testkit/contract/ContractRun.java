package io.vllmmonitor.testkit.contract;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.testkit.plugin.ExtensionContract;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Runs the sentences of a contract by hand, so that a test can expect them to fail. */
final class ContractRun {
  private ContractRun() {}

  /** Every sentence holds. */
  static void allHold(Class<? extends ExtensionContract<?>> contract) {
    Map<String, Method> sentences = sentences(contract);
    assertThat(sentences).hasSizeGreaterThan(12);
    sentences.forEach((name, method) -> assertThat(failure(contract, method)).as(name).isEmpty());
  }

  /** This sentence fails, with a message that holds this text. */
  static void fails(
      Class<? extends ExtensionContract<?>> contract, String sentence, String message) {
    assertThat(failureOf(contract, sentence))
        .as(contract.getSimpleName() + " breaks " + sentence)
        .get()
        .isInstanceOf(AssertionError.class)
        .asString()
        .contains(message);
  }

  /** This sentence fails with what the extension threw. */
  static void throwsFrom(Class<? extends ExtensionContract<?>> contract, String sentence) {
    assertThat(failureOf(contract, sentence)).get().isInstanceOf(IllegalStateException.class);
  }

  /** What became of this sentence; empty when it holds. */
  static Optional<Throwable> failureOf(
      Class<? extends ExtensionContract<?>> contract, String sentence) {
    Method method =
        requireNonNull(sentences(contract).get(sentence), () -> "There is no sentence " + sentence);
    return failure(contract, method);
  }

  private static Map<String, Method> sentences(Class<?> contract) {
    Map<String, Method> found = new TreeMap<>();
    for (Class<?> type = contract; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          method.setAccessible(true);
          found.put(method.getName(), method);
        }
      }
    }
    return found;
  }

  private static Optional<Throwable> failure(Class<?> contract, Method sentence) {
    try {
      Constructor<?> constructor = contract.getDeclaredConstructor();
      constructor.setAccessible(true);
      sentence.invoke(constructor.newInstance());
      return Optional.empty();
    } catch (InvocationTargetException e) {
      return Optional.ofNullable(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("Cannot run " + sentence, e);
    }
  }
}
