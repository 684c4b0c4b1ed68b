package io.vllmmonitor.core.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {
  /** The order that semver.org gives, and some around it. */
  private static final List<String> IN_ORDER =
      List.of(
          "0.0.1",
          "0.9.10",
          "1.0.0-0",
          "1.0.0-2",
          "1.0.0-11",
          "1.0.0-alpha",
          "1.0.0-alpha.1",
          "1.0.0-alpha.beta",
          "1.0.0-beta",
          "1.0.0-beta.2",
          "1.0.0-beta.11",
          "1.0.0-rc.1",
          "1.0.0",
          "1.0.1-rc.1",
          "1.0.1",
          "1.10.0",
          "2.0.0-rc.1",
          "2.0.0");

  @Test
  void versionsSortAsSemVerSays() {
    List<Version> shuffled = new ArrayList<>(IN_ORDER.stream().map(VersionTest::version).toList());
    Collections.shuffle(shuffled, new Random(7));
    Collections.sort(shuffled);
    assertThat(shuffled.stream().map(Version::toString)).containsExactlyElementsOf(IN_ORDER);
  }

  @Test
  void buildsOfOneVersionAreEqual() {
    assertThat(version("1.0.0+build.5")).isEqualTo(version("1.0.0+build.6"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.0",
        "1.0.0.0",
        "v1.0.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0+",
        "9999999999.0.0",
        "one",
        "1.0.0 "
      })
  void whatIsNoVersionIsNotReadAsOne(String text) {
    assertThat(Version.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          >=1.2.0        | 1.2.0      | true
          >=1.2.0        | 1.2.0-rc.1 | false
          >=1.2.0        | 9.0.0      | true
          >1.2.0         | 1.2.0      | false
          <2.0.0         | 1.9.9      | true
          <2.0.0         | 2.0.0      | false
          <2.0.0         | 2.0.0-rc.1 | false
          <2.0.0         | 1.9.0-rc.1 | true
          <2.0.0-rc.2    | 2.0.0-rc.1 | true
          <=2.0.0        | 2.0.0-rc.1 | true
          [1.0,2.0)      | 1.0.0      | true
          [1.0,2.0)      | 2.0.0      | false
          [1.0,2.0)      | 2.0.0-rc.1 | false
          [1.0,2.0]      | 2.0.0      | true
          (1.0,2.0)      | 1.0.0      | false
          [1,)           | 8.1.0      | true
          (,2.0.0)       | 0.0.1      | true
          1.2.x          | 1.2.9      | true
          1.2.x          | 1.3.0      | false
          1.2.x          | 1.3.0-rc.1 | false
          1.x            | 1.99.0     | true
          1.x            | 2.0.0      | false
          >=1.2.0 <2.0.0 | 1.5.0      | true
          >=1.2.0 <2.0.0 | 2.1.0      | false
          1.2.0          | 1.2.0      | true
          1.2.0          | 1.2.1      | false
          =1.2.0         | 1.2.0      | true
          *              | 0.0.1-a    | true
          """)
  void aRangeAcceptsWhatLiesInIt(String range, String version, boolean accepted) {
    assertThat(VersionRange.parse(range).accepts(version(version))).isEqualTo(accepted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "latest",
        ">=",
        ">= 1.x",
        "[1.0",
        "[1.0,2.0,3.0)",
        "1.2.0,",
        ">=1.2.0 || <1",
        "^1.2",
        "[2.0,1.0]",
        "(1.0,1.0)",
        ">2.0.0 <1.0.0",
        "=1.0.0 >1.0.0"
      })
  void aRangeThatIsNoneOrAcceptsNothingIsRefusedWithExamples(String range) {
    assertThatThrownBy(() -> VersionRange.parse(range))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected such as >=1.2.0");
  }

  @Test
  void aListOfDependenciesKeepsTheCommasOfItsRanges() {
    List<Dependency> all =
        Dependency.parseList("base@[1.0,2.0), other?, third?@1.2.x,, fourth@>=1.2.0?");
    assertThat(all.stream().map(Dependency::toString))
        .containsExactly("base@[1.0,2.0)", "other?", "third?@1.2.x", "fourth?@>=1.2.0");
    assertThat(all.get(0).accepts("1.5.0")).isTrue();
    assertThat(all.get(0).accepts("2.0.0")).isFalse();
    assertThat(all.get(0).accepts("what the python package had")).isFalse();
    assertThat(all.get(1).optional()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Base         | names no plugin
          a b          | names no plugin
          base@        | no range of versions
          base@newest  | no range of versions
          base, base@1.x | named twice
          """)
  void aDependencyThatCannotBeReadIsNamed(String text, String expected) {
    assertThatThrownBy(() -> Dependency.parseList(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }

  private static Version version(String text) {
    return Version.parse(text).orElseThrow();
  }
}
