package io.vllmmonitor.daemon.web;

import static io.vllmmonitor.api.error.ErrorCode.HTTP_BAD_REQUEST;

import io.javalin.http.Context;
import io.vllmmonitor.api.config.Durations;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.target.TargetId;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one request, from the query string and, for a form, from the body. Every reader
 * throws HTTP_BAD_REQUEST that names the parameter, what was found and what was expected.
 */
final class Parameters {
  private static final double MOST_SECONDS = 1e11; // the year 5138

  private final Function<String, List<String>> source;
  private final Instant now;

  /**
   * @param source the values of a parameter by its name, as they came
   */
  Parameters(Function<String, List<String>> source, Instant now) {
    this.source = source;
    this.now = now;
  }

  /** Those of the query string and of a form. */
  static Parameters of(Context context, Instant now) {
    return new Parameters(
        name -> {
          List<String> values = new ArrayList<>(context.queryParams(name));
          if (context.isFormUrlencoded()) {
            values.addAll(context.formParams(name));
          }
          return values;
        },
        now);
  }

  Instant now() {
    return now;
  }

  /** All values of a parameter; empty ones do not count. */
  List<String> all(String name) {
    List<String> values = new ArrayList<>(source.apply(name));
    values.removeIf(String::isBlank);
    return values;
  }

  @Nullable String text(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? null : values.get(0);
  }

  String required(String name, String example) {
    String value = text(name);
    if (value == null) {
      throw wrong(name, "nothing", "a value such as " + example);
    }
    return value;
  }

  /** The page of the history that is asked for. */
  HistoryQuery page() {
    String target = text("target");
    return new HistoryQuery(
        target == null ? null : new TargetId(target),
        instant("from"),
        instant("to"),
        limit(HistoryQuery.DEFAULT_LIMIT, HistoryQuery.MOST),
        text("cursor"));
  }

  int limit(int standard, int most) {
    String value = text("limit");
    if (value == null) {
      return standard;
    }
    try {
      int limit = Integer.parseInt(value.strip());
      if (limit >= 1 && limit <= most) {
        return limit;
      }
    } catch (NumberFormatException e) {
      throw wrong("limit", value, "1 to " + most, e);
    }
    throw wrong("limit", value, "1 to " + most);
  }

  /** A share from 0 to 1; 0 when it is not given. */
  double share(String name) {
    String value = text(name);
    if (value == null) {
      return 0;
    }
    try {
      double share = Double.parseDouble(value.strip());
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      throw wrong(name, value, "0 to 1", e);
    }
    throw wrong(name, value, "0 to 1");
  }

  /** A time, given as RFC 3339 or as a duration back from now; null when it is not given. */
  @Nullable Instant instant(String name) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    String trimmed = value.strip();
    try {
      if (trimmed.contains("T")) {
        // A plus sign that was not escaped arrives as a space.
        return OffsetDateTime.parse(trimmed.replace(' ', '+')).toInstant();
      }
      return now.minus(Durations.parse(trimmed.startsWith("-") ? trimmed.substring(1) : trimmed));
    } catch (DateTimeException | ArithmeticException | MonitorException e) {
      throw wrong(
          name, value, "RFC 3339 such as " + Text.time(now) + ", or a duration such as 2h", e);
    }
  }

  Instant instant(String name, Instant standard) {
    Instant value = instant(name);
    return value == null ? standard : value;
  }

  <E extends Enum<E>> @Nullable E constant(String name, Class<E> type) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    String wanted = value.strip().toUpperCase(Locale.ROOT);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(wanted)) {
        return constant;
      }
    }
    throw wrong(name, value, "one of " + Arrays.toString(type.getEnumConstants()));
  }

  /** A time as Prometheus takes it: seconds since 1970 or RFC 3339. */
  Instant prometheusTime(String name, Instant standard) {
    String value = text(name);
    if (value == null) {
      return standard;
    }
    try {
      if (value.contains("T")) {
        return OffsetDateTime.parse(value.strip().replace(' ', '+')).toInstant();
      }
      return Instant.ofEpochMilli(millis(value));
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw wrong(name, value, "seconds since 1970, or RFC 3339", e);
    }
  }

  /** A duration as Prometheus takes it: seconds, or a number with a unit. */
  Duration prometheusDuration(String name) {
    String value = required(name, "15s");
    Duration duration;
    try {
      duration =
          Character.isLetter(value.strip().charAt(value.strip().length() - 1))
              ? Durations.parse(value)
              : Duration.ofMillis(millis(value));
    } catch (ArithmeticException | NumberFormatException | MonitorException e) {
      throw wrong(name, value, "seconds, or a number with a unit such as 15s", e);
    }
    if (duration.isZero() || duration.isNegative()) {
      throw wrong(name, value, "more than zero");
    }
    return duration;
  }

  private static long millis(String seconds) {
    double value = Double.parseDouble(seconds.strip());
    if (!(Math.abs(value) <= MOST_SECONDS)) {
      throw new ArithmeticException("out of range");
    }
    return Math.round(value * 1_000);
  }

  static MonitorException wrong(String name, String found, String expected) {
    return wrong(name, found, expected, null);
  }

  private static MonitorException wrong(
      String name, String found, String expected, @Nullable Throwable cause) {
    return new MonitorException(
        HTTP_BAD_REQUEST,
        Blame.OPERATOR,
        "Parameter '" + name + "' is '" + Text.shorten(found, 100) + "', expected " + expected,
        cause);
  }
}
