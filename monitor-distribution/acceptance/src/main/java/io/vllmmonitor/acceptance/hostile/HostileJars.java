package io.vllmmonitor.acceptance.hostile;

import io.vllmmonitor.acceptance.hostile.HostileInput.Kind;
import io.vllmmonitor.acceptance.hostile.JarRecipe.Spot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Plugin jars whose code misbehaves. */
final class HostileJars {
  private static final String SPIN = "while (Rule.NOW) { Rule.spun = Rule.spun + 1; }";
  private static final String SLEEP = "Rule.sleep();";
  private static final String RECURSE = "Rule.spun = Rule.down(0);";
  private static final String EXIT = "System.exit(7);";
  private static final String HOOK =
      "Runtime.getRuntime().addShutdownHook(new Thread(() -> { Rule.spun = 1; }));";
  private static final String HALT = "Runtime.getRuntime().halt(7);";

  private final List<JarRecipe> recipes = new ArrayList<>();
  private final List<HostileInput> inputs = new ArrayList<>();

  HostileJars() {
    throwers();
    hangers();
    exits();
    ends();
  }

  List<JarRecipe> recipes() {
    return recipes;
  }

  List<HostileInput> inputs() {
    return inputs;
  }

  private static Map<String, String> thrown() {
    Map<String, String> thrown = new LinkedHashMap<>();
    thrown.put("runtime-exception", "new RuntimeException(\"made up\")");
    thrown.put("error", "new Error(\"made up\")");
    thrown.put("stack-overflow", "new StackOverflowError(\"made up\")");
    thrown.put("out-of-memory", "new OutOfMemoryError(\"made up\")");
    thrown.put("thread-death", "new ThreadDeath()");
    thrown.put("linkage-error", "new LinkageError(\"made up\")");
    thrown.put("initializer-error", "new ExceptionInInitializerError(\"made up\")");
    thrown.put("mute-exception", "new Rule.Mute()");
    thrown.put("own-exception", "new Rule.Own()");
    return thrown;
  }

  /** Every kind of throwable from every place; the brief form takes each kind once. */
  private void throwers() {
    List<Spot> spots = List.of(Spot.CONSTRUCTOR, Spot.GUARDRAILS, Spot.CHECK);
    int turn = 0;
    for (Map.Entry<String, String> kind : thrown().entrySet()) {
      for (Spot spot : spots) {
        boolean called = spot == Spot.CHECK;
        add(
            JarRecipe.of(kind.getKey() + suffix(spot)).with(spot, "throw " + kind.getValue() + ";"),
            "throws " + kind.getKey().replace('-', ' ') + " in " + words(spot),
            called ? Expected.FAILING_CALL : Expected.FAILING_START,
            called ? Wave.CALL : Wave.START,
            spot == spots.get(turn % spots.size()));
      }
      turn++;
    }
  }

  private void hangers() {
    for (Spot spot : List.of(Spot.CONSTRUCTOR, Spot.GUARDRAILS)) {
      start("jar-spin" + suffix(spot), "spins in " + words(spot), spot, SPIN, Wave.SLOW_START);
    }
    start(
        "jar-sleep-constructor",
        "sleeps in its constructor",
        Spot.CONSTRUCTOR,
        SLEEP,
        Wave.SLOW_START);
    start(
        "jar-recursion-constructor",
        "recurses in its constructor",
        Spot.CONSTRUCTOR,
        RECURSE,
        Wave.START);
    call("jar-recursion-check", "recurses in check()", RECURSE, Wave.CALL);
    call("jar-spin-check", "spins in check()", SPIN, Wave.HANG);
    call("jar-sleep-check", "sleeps in check()", SLEEP, Wave.HANG);
  }

  private void exits() {
    add(
        JarRecipe.of("jar-exit-constructor").with(Spot.CONSTRUCTOR, EXIT),
        "calls System.exit in its constructor",
        Expected.DEADLY_START,
        Wave.EXIT,
        true);
    add(
        JarRecipe.of("jar-halt-constructor").with(Spot.CONSTRUCTOR, HALT),
        "calls Runtime.halt in its constructor",
        Expected.DEADLY_START,
        Wave.EXIT,
        true);
    add(
        JarRecipe.of("jar-exit-check").with(Spot.CHECK, EXIT),
        "calls System.exit in check()",
        Expected.DEADLY_CALL,
        Wave.EXIT,
        true);
    add(
        JarRecipe.of("jar-halt-check").with(Spot.CHECK, HALT),
        "calls Runtime.halt in check()",
        Expected.DEADLY_CALL,
        Wave.EXIT,
        true);
    add(
        JarRecipe.of("leaves-hook").with(Spot.GUARDRAILS, HOOK),
        "adds a shutdown hook",
        Expected.DEADLY_START,
        Wave.START,
        true);
  }

  private void ends() {
    end(
        "close-exception",
        "throws in close()",
        Spot.CLOSE,
        "throw new IllegalStateException(\"made up\");",
        Expected.FAILING_END);
    end(
        "close-error",
        "throws an error in close()",
        Spot.CLOSE,
        "throw new LinkageError(\"made up\");",
        Expected.FAILING_END);
    end(
        "leaves-thread",
        "leaves a thread behind",
        Spot.GUARDRAILS,
        "Thread left = new Thread(Rule::sleep, \"left-behind\"); left.setDaemon(true);"
            + " left.start();",
        Expected.LEFTOVER);
    end(
        "leaves-stubborn-thread",
        "leaves a thread behind that ignores interrupts",
        Spot.GUARDRAILS,
        "Thread left = new Thread(() -> { while (Rule.NOW) { try { Thread.sleep(1_000); }"
            + " catch (InterruptedException e) { } } }, \"stubborn\"); left.setDaemon(true);"
            + " left.start();",
        Expected.LEFTOVER);
    end(
        "leaves-mbean",
        "leaves an MBean behind",
        Spot.GUARDRAILS,
        "try { java.lang.management.ManagementFactory.getPlatformMBeanServer().registerMBean("
            + "new Left(), new javax.management.ObjectName(\"left:type=Behind,id=\""
            + " + System.nanoTime())); } catch (Exception e) { throw new"
            + " IllegalStateException(e.toString()); }",
        Expected.LEFTOVER);
  }

  private void start(String unit, String what, Spot spot, String code, Wave wave) {
    add(
        JarRecipe.of(unit).with(spot, code),
        what,
        wave == Wave.SLOW_START ? Expected.HANGING_START : Expected.FAILING_START,
        wave,
        wave != Wave.SLOW_START);
  }

  private void call(String unit, String what, String code, Wave wave) {
    add(
        JarRecipe.of(unit).with(Spot.CHECK, code),
        what,
        wave == Wave.HANG ? Expected.HANGING_CALL : Expected.FAILING_CALL,
        wave,
        wave != Wave.HANG);
  }

  private void end(String unit, String what, Spot spot, String code, Expected expected) {
    JarRecipe recipe = JarRecipe.of(unit).with(spot, code);
    if (code.contains("new Left()")) {
      recipe =
          recipe.with(
              Spot.ENTRY_MEMBERS,
              """
                public interface LeftMBean { }
                public static final class Left implements LeftMBean { }
              """);
    }
    add(recipe, what, expected, Wave.END, true);
  }

  private void add(JarRecipe recipe, String what, Expected expected, Wave wave, boolean brief) {
    recipes.add(recipe);
    String file = recipe.unit() + ".jar";
    inputs.add(
        new HostileInput(
            recipe.unit(),
            what,
            Kind.JAR,
            expected,
            wave,
            brief,
            List.of(file),
            Set.of(recipe.unit()),
            place -> HostileInput.put(place.jars(), file, place.jar(recipe.unit()))));
  }

  private static String suffix(Spot spot) {
    return "-" + spot.name().toLowerCase(Locale.ROOT);
  }

  private static String words(Spot spot) {
    return switch (spot) {
      case CONSTRUCTOR -> "its constructor";
      case GUARDRAILS -> "guardrails()";
      case CHECK -> "check()";
      case CLOSE -> "close()";
      case MEMBERS, ENTRY_MEMBERS -> "its members";
    };
  }
}
