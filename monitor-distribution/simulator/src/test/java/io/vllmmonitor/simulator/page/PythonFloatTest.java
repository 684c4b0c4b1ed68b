package io.vllmmonitor.simulator.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonFloatTest {

  @ParameterizedTest
  @ValueSource(strings = {"0.32.0-fresh.txt", "0.32.0-after-load.txt"})
  void everyValueOfACapturedPageIsPrintedAgainAsItWas(String page) {
    List<String> values =
        CapturedPage.lines(page).stream()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
            .toList();
    assertThat(values).hasSizeGreaterThan(350);
    assertThat(values)
        .allSatisfy(v -> assertThat(PythonFloat.format(Double.parseDouble(v))).isEqualTo(v));
  }

  @ParameterizedTest
  @CsvSource({
    "0.1,0.1",
    "0.0001,0.0001",
    "0.00001,1e-05",
    "1.5e-7,1.5e-07",
    "123456,123456.0",
    "999999.5,999999.5",
    "1000000,1e+06",
    "1234567.25,1.23456725e+06",
    "23000000000,2.3e+010",
    "1e22,1e+22",
    "1e-300,1e-300",
    "-1234567,-1234567.0",
    "2e23,2e+23"
  })
  void numbersLookAsInPython(double value, String printed) {
    assertThat(PythonFloat.format(value)).isEqualTo(printed);
  }

  @Test
  void valuesThatAreNoNumbersHaveNames() {
    assertThat(PythonFloat.format(Double.NaN)).isEqualTo("NaN");
    assertThat(PythonFloat.format(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
    assertThat(PythonFloat.format(Double.NEGATIVE_INFINITY)).isEqualTo("-Inf");
    assertThat(PythonFloat.format(-0.0)).isEqualTo("-0.0");
  }
}
