package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A log that keeps its lines, each with its level in front. Thread-safe. */
public final class FakeLog implements System.Logger {
  private final String name;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  public FakeLog(String name) {
    this.name = requireNonNull(name, "name");
  }

  /** What was written, oldest first; a copy. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public boolean isLoggable(Level level) {
    return true;
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String message,
      @Nullable Throwable thrown) {
    lines.add(level + " " + message + (thrown == null ? "" : " (" + thrown + ")"));
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String format,
      @Nullable Object @Nullable ... values) {
    String text =
        format == null || values == null
            ? String.valueOf(format)
            : new MessageFormat(format, Locale.ROOT).format(values);
    lines.add(level + " " + text);
  }
}
