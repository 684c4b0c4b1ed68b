package io.vllmmonitor.core.jar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DependencyGraphTest {
  @Test
  void basesStartBeforeWhatDependsOnThem() {
    DependencyGraph graph =
        DependencyGraph.of(
            List.of(
                jar("app", "left", "right"),
                jar("left", "base"),
                jar("right", "base"),
                jar("base")));
    assertThat(graph.startOrder()).containsExactly("base", "left", "right", "app");
  }

  @Test
  void aCycleIsToldInFull() {
    DependencyGraph graph =
        DependencyGraph.of(
            List.of(jar("aa", "bb"), jar("bb", "cc"), jar("cc", "aa"), jar("dd", "aa")));
    assertThat(graph.cycleThrough("aa")).hasValue(List.of("aa", "bb", "cc", "aa"));
    assertThat(graph.cycleThrough("cc")).hasValue(List.of("cc", "aa", "bb", "cc"));
    assertThat(graph.cycleThrough("dd")).isEmpty();
    assertThat(graph.startOrder()).containsExactlyInAnyOrder("aa", "bb", "cc", "dd");
  }

  @Test
  void aCycleThatOneCanDoWithoutIsNone() {
    DependencyGraph graph = DependencyGraph.of(List.of(jar("aa", "bb?"), jar("bb", "aa")));
    assertThat(graph.cycleThrough("aa")).isEmpty();
    assertThat(graph.startOrder()).containsExactlyInAnyOrder("aa", "bb");
  }

  @Test
  void anyGraphWithoutCyclesIsOrdered() {
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      List<JarDescriptor> jars = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int self = i;
        jars.add(
            jar(
                "p" + i,
                IntStream.range(0, i)
                    .filter(base -> self > base && random.nextInt(4) == 0)
                    .mapToObj(base -> "p" + base)
                    .toArray(String[]::new)));
      }
      java.util.Collections.shuffle(jars, random);
      DependencyGraph graph = DependencyGraph.of(jars);
      List<String> order = graph.startOrder();
      assertThat(order).hasSize(12);
      for (JarDescriptor jar : jars) {
        for (Dependency base : jar.dependencies()) {
          assertThat(order.indexOf(base.id())).isLessThan(order.indexOf(jar.id()));
        }
      }
    }
  }

  @Test
  void aChainOfTenThousandIsOrderedToo() {
    List<JarDescriptor> jars = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      jars.add(i == 0 ? jar("p0") : jar("p" + i, "p" + (i - 1)));
    }
    assertThat(DependencyGraph.of(jars).startOrder()).startsWith("p0", "p1").endsWith("p9999");
  }

  static JarDescriptor jar(String id, String... dependencies) {
    return new JarDescriptor(
        id,
        "1.0.0",
        "acme.Entry",
        Dependency.parseList(String.join(",", dependencies)),
        List.of(),
        java.util.Set.of(),
        List.of());
  }
}
