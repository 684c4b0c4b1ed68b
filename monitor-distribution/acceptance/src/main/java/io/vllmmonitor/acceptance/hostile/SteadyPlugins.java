package io.vllmmonitor.acceptance.hostile;

import io.vllmmonitor.acceptance.hostile.JarRecipe.Spot;
import java.util.List;

/**
 * The healthy ones that run beside every hostile input and say, in the reason of their pending
 * breach, how often they were called. Stateless.
 */
public final class SteadyPlugins {
  /** A jar with a guardrail. */
  public static final String JAR = "steady-jar";

  /** A dropped source. */
  public static final String SOURCE = "steady-source";

  /** A dropped source in the folder for those of any kind. */
  public static final String EXTENSION = "steady-extension";

  /** A jar with a guardrail that tells what its lifecycle listener has heard. */
  public static final String LISTENER = "steady-listener";

  private SteadyPlugins() {}

  static List<JarRecipe> recipes() {
    return List.of(
        JarRecipe.of(JAR),
        JarRecipe.of(LISTENER)
            .with(Spot.CHECK, "return Verdict.breach(\"calls \" + calls + Entry.heard());")
            .with(
                Spot.ENTRY_MEMBERS,
                """
                  static volatile long transitions;

                  static String heard() {
                    return " transitions " + transitions;
                  }

                  static final class Listener
                      implements io.vllmmonitor.api.lifecycle.LifecycleListener {
                    @Override
                    public String id() {
                      return "steady-listener";
                    }

                    @Override
                    public void onTransition(
                        io.vllmmonitor.api.lifecycle.StateCheckpoint checkpoint) {
                      transitions++;
                    }
                  }

                  @Override
                  public List<io.vllmmonitor.api.lifecycle.LifecycleListener> lifecycleListeners(
                      PluginContext context) {
                    return List.of(new Listener());
                  }
                """));
  }

  /**
   * The text of a dropped source.
   *
   * @param id one of the two above
   * @param type the name of its class, and of its file without {@code .java}
   */
  public static String source(String id, String type) {
    return SourceText.of(
        id, type, "private long calls;", "calls++; return Verdict.breach(\"calls \" + calls);");
  }
}
