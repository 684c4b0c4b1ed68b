package io.vllmmonitor.benchmarks.measure;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.benchmarks.peer.Answer;
import io.vllmmonitor.benchmarks.peer.Quantile;
import io.vllmmonitor.benchmarks.peer.Question;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A query that is measured, with its right answer, computed from the workload itself.
 *
 * @param figure what it is called in tables
 * @param repetitions how often it is asked in one round
 * @param tolerance the largest relative difference that is right
 */
record Case(String figure, Question question, Answer right, int repetitions, double tolerance) {
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long LONGEST = 6 * HOUR;
  private static final int AVERAGED = 20;
  private static final double ROUNDING = 1e-9;

  /** The four queries of the table. */
  static List<Case> of(Workload workload) {
    return List.of(raw(workload), averages(workload), latest(workload), percentiles(workload));
  }

  /** The series whose samples are asked for as they are: an average in full precision. */
  static int rawSeries(Workload workload) {
    return workload.scrape(0).series().size() - 3;
  }

  /** Series of all kinds, evenly over the page. */
  static List<Integer> averagedSeries(Workload workload) {
    int distance = workload.scrape(0).series().size() / AVERAGED;
    return IntStream.range(0, AVERAGED).map(i -> i * distance + i % distance).boxed().toList();
  }

  private static Case raw(Workload workload) {
    int series = rawSeries(workload);
    SeriesKey key = workload.scrape(0).series().get(series);
    Question question = Question.at(key.name() + "{id=\"" + series + "\"}[1h]", workload.end());
    NavigableMap<Long, Double> samples = new TreeMap<>();
    for (int i = firstAfter(workload, workload.end() - HOUR); i < workload.scrapes(); i++) {
      samples.put(workload.timeOf(i), workload.scrape(i).values()[series]);
    }
    NavigableMap<String, NavigableMap<Long, Double>> right = new TreeMap<>();
    right.put(Integer.toString(series), samples);
    return new Case(Requirement.RAW, question, new Answer(right), 200, 0);
  }

  private static Case averages(Workload workload) {
    List<Integer> chosen = averagedSeries(workload);
    long end = workload.end() / MINUTE * MINUTE;
    long start = Math.max((workload.first() / MINUTE + 2) * MINUTE, end - LONGEST + MINUTE);
    String ids = chosen.stream().map(String::valueOf).collect(Collectors.joining("|"));
    Question question =
        new Question(
            "avg_over_time({id=~\"" + ids + "\",job=\"bench\"}[1m])",
            start,
            end,
            Duration.ofMillis(MINUTE));
    NavigableMap<String, NavigableMap<Long, Double>> right = new TreeMap<>();
    for (int series : chosen) {
      NavigableMap<Long, Double> averages = new TreeMap<>();
      for (long at = start; at <= end; at += MINUTE) {
        double[] window = window(workload, series, at - MINUTE, at);
        averages.put(at, mean(window));
      }
      right.put(Integer.toString(series), averages);
    }
    return new Case(Requirement.AVERAGE, question, new Answer(right), 40, ROUNDING);
  }

  private static Case latest(Workload workload) {
    Question question = Question.at("{job=\"bench\"}", workload.end());
    double[] last = workload.scrape(workload.scrapes() - 1).values();
    NavigableMap<String, NavigableMap<Long, Double>> right = new TreeMap<>();
    for (int series = 0; series < last.length; series++) {
      right.put(Integer.toString(series), one(workload.end(), last[series]));
    }
    return new Case(Requirement.LATEST, question, new Answer(right), 40, 0);
  }

  private static Case percentiles(Workload workload) {
    Question question = Question.at("quantile_over_time(0.99,{job=\"bench\"}[1h])", workload.end());
    NavigableMap<String, NavigableMap<Long, Double>> right = new TreeMap<>();
    for (int series = 0; series < workload.scrape(0).values().length; series++) {
      double[] values = window(workload, series, workload.end() - HOUR, workload.end());
      right.put(Integer.toString(series), one(workload.end(), Quantile.of(values, 0.99)));
    }
    return new Case(Requirement.PERCENTILE, question, new Answer(right), 8, ROUNDING);
  }

  private static NavigableMap<Long, Double> one(long at, double value) {
    NavigableMap<Long, Double> sample = new TreeMap<>();
    sample.put(at, value);
    return sample;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** The values after one time and up to another. */
  private static double[] window(Workload workload, int series, long after, long to) {
    List<Double> values = new ArrayList<>();
    for (int i = firstAfter(workload, after);
        i < workload.scrapes() && workload.timeOf(i) <= to;
        i++) {
      values.add(workload.scrape(i).values()[series]);
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static int firstAfter(Workload workload, long time) {
    long before = Math.floorDiv(time - workload.first(), workload.interval().toMillis());
    return (int) Math.max(0, before + 1);
  }

  /** Says how far an answer is off, or nothing when it is right. */
  String complaint(Answer answer) {
    double difference = answer.differenceFrom(right);
    if (difference <= tolerance) {
      return "";
    }
    return Double.isInfinite(difference)
        ? "has other series or times: %d samples of %d series, right are %d of %d"
            .formatted(answer.size(), answer.series().size(), right.size(), right.series().size())
        : String.format(Locale.ROOT, "is off by up to %.1e of the value", difference);
  }
}
