package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Sizes;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.config.NearestName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thing that a plugin asks of the machine: {@code gpu}, {@code gpus>=2}, {@code
 * gpu-memory>=40GiB} (of one GPU), {@code cores>=8}, {@code memory>=16GiB}, {@code arch=x86_64},
 * {@code os=linux}. Immutable.
 *
 * @param fact what it is about
 * @param amount the least count or bytes; 0 where a word is asked for
 * @param word the word that is asked for; empty where an amount is
 */
public record HardwareRequirement(Fact fact, long amount, String word) {
  private static final Pattern SHAPE = Pattern.compile("([a-z-]+)\\s*(?:(>=|=)\\s*(\\S.*))?");
  private static final int MOST = 20;

  public HardwareRequirement {
    requireNonNull(fact, "fact");
    requireNonNull(word, "word");
  }

  /** What is known of a machine. */
  public enum Fact {
    GPU("", "gpu"),
    GPUS(">=", "gpus>=2"),
    GPU_MEMORY(">=", "gpu-memory>=40GiB"),
    CORES(">=", "cores>=8"),
    MEMORY(">=", "memory>=16GiB"),
    ARCH("=", "arch=x86_64"),
    OS("=", "os=linux");

    private final String operator;
    private final String example;

    Fact(String operator, String example) {
      this.operator = operator;
      this.example = example;
    }

    /** As the manifest spells it. */
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Reads a list with commas.
   *
   * @throws IllegalArgumentException naming the part that is wrong
   */
  static List<HardwareRequirement> parseList(String text) {
    List<HardwareRequirement> all = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        all.add(parse(part.trim()));
      }
    }
    if (all.size() > MOST) {
      throw new IllegalArgumentException("more than " + MOST + " things are asked for");
    }
    return List.copyOf(all);
  }

  private static HardwareRequirement parse(String part) {
    Matcher matcher = SHAPE.matcher(part);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + part + "' says nothing of a machine; expected such as gpu or gpu-memory>=40GiB");
    }
    Fact fact = fact(matcher.group(1));
    String operator = matcher.group(2) == null ? "" : matcher.group(2);
    if (!operator.equals(fact.operator)) {
      throw new IllegalArgumentException(
          "'" + part + "' is wrong; expected such as " + fact.example);
    }
    String value = matcher.group(3) == null ? "" : matcher.group(3).trim();
    return switch (fact) {
      case GPU -> new HardwareRequirement(fact, 1, "");
      case GPUS, CORES -> new HardwareRequirement(fact, count(part, value, fact), "");
      case GPU_MEMORY, MEMORY -> new HardwareRequirement(fact, size(part, value, fact), "");
      case ARCH -> new HardwareRequirement(fact, 0, Machine.arch(value.toLowerCase(Locale.ROOT)));
      case OS -> new HardwareRequirement(fact, 0, value.toLowerCase(Locale.ROOT));
    };
  }

  private static Fact fact(String word) {
    List<String> known = Arrays.stream(Fact.values()).map(Fact::word).toList();
    int place = known.indexOf(word);
    if (place < 0) {
      throw new IllegalArgumentException(
          "nothing is known of '" + word + "' of a machine; " + NearestName.hint(word, known));
    }
    return Fact.values()[place];
  }

  private static long count(String part, String value, Fact fact) {
    if (!value.matches("\\d{1,6}")) {
      throw new IllegalArgumentException(
          "'" + part + "' is wrong; expected such as " + fact.example);
    }
    return Long.parseLong(value);
  }

  private static long size(String part, String value, Fact fact) {
    try {
      return Sizes.parse(value);
    } catch (MonitorException e) {
      throw new IllegalArgumentException(
          "'" + part + "' is wrong; expected such as " + fact.example, e);
    }
  }

  /** What the machine lacks, for people; empty where it has what is asked for. */
  public Optional<String> unmet(Machine machine) {
    boolean met =
        switch (fact) {
          case GPU, GPUS -> machine.gpus().size() >= amount;
          case GPU_MEMORY -> machine.gpus().stream().anyMatch(gpu -> gpu.memoryBytes() >= amount);
          case CORES -> machine.cores() >= amount;
          case MEMORY -> machine.memoryBytes() >= amount;
          case ARCH -> machine.arch().equals(word);
          case OS -> machine.os().equals(word);
        };
    return met ? Optional.empty() : Optional.of(this + " (" + found(machine) + ")");
  }

  private String found(Machine machine) {
    return switch (fact) {
      case GPU, GPUS -> "this machine has " + machine.gpus().size();
      case GPU_MEMORY -> gpuMemory(machine);
      case CORES -> "the daemon has " + machine.cores();
      case MEMORY ->
          machine.memoryBytes() == 0
              ? "it is not known how much this machine has"
              : "this machine has " + gibibytes(machine.memoryBytes());
      case ARCH -> "this machine is " + machine.arch();
      case OS -> "this machine runs " + machine.os();
    };
  }

  private static String gpuMemory(Machine machine) {
    if (machine.gpus().isEmpty()) {
      return "this machine has no GPU";
    }
    long most = machine.gpus().stream().mapToLong(Machine.Gpu::memoryBytes).max().orElse(0);
    return most == 0
        ? "it is not known how much memory its GPUs have; is nvidia-smi on the PATH?"
        : "its largest GPU has " + gibibytes(most);
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }

  /** As a manifest has it, with bytes in GiB. */
  @Override
  public String toString() {
    return switch (fact) {
      case GPU -> fact.word();
      case GPUS, CORES -> fact.word() + ">=" + amount;
      case GPU_MEMORY, MEMORY -> fact.word() + ">=" + gibibytes(amount).replace(" ", "");
      case ARCH, OS -> fact.word() + "=" + word;
    };
  }
}
