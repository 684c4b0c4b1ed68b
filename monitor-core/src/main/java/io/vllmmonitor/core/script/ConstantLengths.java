package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps constant texts from growing while they are compiled: a compiler joins constants itself, and
 * forty lines that each double the one before would fill the memory of the daemon. Counts, without
 * compiling, how long the initial value of a variable or a sum of texts could become, from its
 * literals and the variables that it names. Filled by the two compilers' walks over a source;
 * confined to one thread.
 */
final class ConstantLengths {
  /** What a class file can hold as one constant. */
  private static final long LONGEST = 65_535;

  private final Deque<Entry> open = new ArrayDeque<>();
  private final List<Entry> entries = new ArrayList<>();

  /** One variable with its initial value, or one sum without a name. */
  private static final class Entry {
    private final String name;
    private final long line;
    private final Map<String, Integer> names = new HashMap<>();
    private long characters;
    private boolean computed;

    Entry(String name, long line) {
      this.name = name;
      this.line = line;
    }
  }

  /** A variable's initial value begins. */
  void variable(String name, long line) {
    open.push(new Entry(name, line));
  }

  /** A sum begins, which may lie within a variable's initial value. */
  void sum(long line) {
    open.push(new Entry("", line));
  }

  void literal(int characters) {
    Entry entry = open.peek();
    if (entry != null) {
      entry.characters += characters;
    }
  }

  /** A variable is named. */
  void name(String name) {
    Entry entry = open.peek();
    if (entry != null) {
      entry.names.merge(name, 1, Integer::sum);
    }
  }

  /** A call, a new object or the like: what holds it is no constant, whatever else it holds. */
  void computed() {
    Entry entry = open.peek();
    if (entry != null) {
      entry.computed = true;
    }
  }

  /** What began last ends; what lies around it holds it too. */
  void end() {
    Entry entry = open.pop();
    entries.add(entry);
    Entry around = open.peek();
    if (around != null) {
      around.characters += entry.characters;
      around.computed |= entry.computed;
      entry.names.forEach((name, count) -> around.names.merge(name, count, Integer::sum));
    }
  }

  /**
   * @throws MonitorException GUARDRAIL_COMPILE with the line of a text that could become too long
   */
  void check(String file) {
    Map<String, Long> lengths = new HashMap<>();
    boolean changed = true;
    // Each round settles at least one variable more; those that name each other never settle.
    for (int round = 0; changed && round <= entries.size(); round++) {
      changed = false;
      for (Entry entry : entries) {
        long length = entry.characters;
        for (Map.Entry<String, Integer> named : entry.names.entrySet()) {
          length += named.getValue() * lengths.getOrDefault(named.getKey(), 0L);
        }
        if (length > LONGEST && !(entry.computed && !entry.name.isEmpty())) {
          throw tooLong(file, entry.line);
        }
        if (!entry.name.isEmpty()
            && !entry.computed
            && length > lengths.getOrDefault(entry.name, 0L)) {
          lengths.put(entry.name, length);
          changed = true;
        }
      }
    }
  }

  private static MonitorException tooLong(String file, long line) {
    return new MonitorException(
        GUARDRAIL_COMPILE,
        Blame.PLUGIN,
        file
            + " line "
            + line
            + ": a constant text could have more than "
            + LONGEST
            + " characters. Hint: join shorter ones in a method, with a StringBuilder");
  }
}
