package io.vllmmonitor.cli.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose a stretch of the history, for every kind of it. */
final class Span {
  @Option(names = "--target", paramLabel = "INSTANCE", description = "Only of this target.")
  private @Nullable String target;

  @Option(
      names = {"--since", "--from"},
      paramLabel = "TIME",
      description = "From this time on: RFC 3339, or back from now such as -2h.")
  private @Nullable String from;

  @Option(
      names = {"--until", "--to"},
      paramLabel = "TIME",
      description = "Until this time: RFC 3339, or back from now such as -30m.")
  private @Nullable String to;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many entries; a list of entries shows 100 unless told.")
  private @Nullable Integer limit;

  /** The parameters of the API as far as they were given. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    put(parameters, "target", target);
    put(parameters, "from", from);
    put(parameters, "to", to);
    put(parameters, "limit", limit == null ? null : limit.toString());
    return parameters;
  }

  static void put(Map<String, String> parameters, String name, @Nullable String value) {
    if (value != null) {
      parameters.put(name, value);
    }
  }
}
