package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_HEADER;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.config.NearestName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a dropped source says of itself, in the first block comment of the file:
 *
 * <pre>{@code
 * /*
 *  * id: kv-cache-high
 *  * version: 1.0.0
 *  * description: The KV cache is nearly full.
 *  * config.limit: 0.95
 *  *\/
 * }</pre>
 *
 * Nothing but white space may stand before the comment. One {@code key: value} per line; a leading
 * {@code *} is ignored, and so are empty lines and lines without a {@code key:} in front (prose).
 * {@code id}, {@code version} and {@code description} are required and given once; each {@code
 * config.KEY} is a configuration key in snake case with its default. {@code compiler} may be {@code
 * janino} or {@code javac} and is {@code auto} without it. Another key is refused, so that a
 * misspelt one is noticed. Immutable.
 *
 * @param id the unit's and the guardrail's id, {@code [a-z][a-z0-9.-]{1,63}}
 * @param version SemVer
 * @param compiler which compiler it wants
 * @param defaults configuration defaults by key, in the order of the file
 */
public record SourceHeader(
    String id,
    String version,
    String description,
    CompilerChoice compiler,
    Map<String, String> defaults) {
  private static final Set<String> PLAIN_KEYS = Set.of("id", "version", "description", "compiler");
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9.-]{1,63}");
  private static final Pattern VERSION =
      Pattern.compile("\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}([-+][0-9A-Za-z.+-]{1,64})?");
  private static final Pattern LINE =
      Pattern.compile("\\s*\\*?\\s*([a-zA-Z_]+(?:\\.[a-zA-Z0-9_]+)?)\\s*:\\s*(.*?)\\s*");
  private static final Pattern CONFIG_KEY = Pattern.compile("config\\.([a-z][a-z0-9_]{0,63})");
  private static final String EXAMPLE =
      "Begin the file with a comment such as"
          + " /* id: kv-cache-high (new line) version: 1.0.0 (new line)"
          + " description: The KV cache is nearly full. (new line) config.limit: 0.95 */";

  public SourceHeader {
    requireNonNull(id, "id");
    requireNonNull(version, "version");
    requireNonNull(description, "description");
    requireNonNull(compiler, "compiler");
    defaults = Map.copyOf(defaults);
  }

  /** The configuration defaults as settings. */
  public Settings settings() {
    return Settings.of(defaults);
  }

  /**
   * Reads the header of a source text.
   *
   * @param file the file's name, for the message
   * @throws MonitorException GUARDRAIL_SOURCE_HEADER, with an example
   */
  public static SourceHeader parse(String file, String text) {
    String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
    body = body.stripLeading();
    int end = body.indexOf("*/");
    if (!body.startsWith("/*") || end < 0) {
      throw wrong(file, "does not begin with a header comment");
    }
    Map<String, String> fields = fields(file, body.substring(2, end));
    Map<String, String> defaults = defaults(file, fields);
    String id = required(file, fields, "id");
    if (!ID.matcher(id).matches()) {
      throw wrong(file, "has the id '" + id + "'; expected [a-z][a-z0-9.-]{1,63}");
    }
    String version = required(file, fields, "version");
    if (!VERSION.matcher(version).matches()) {
      throw wrong(file, "has the version '" + version + "'; expected one such as 1.0.0");
    }
    String description = required(file, fields, "description");
    String word = fields.getOrDefault("compiler", CompilerChoice.AUTO.word());
    CompilerChoice compiler =
        CompilerChoice.of(word)
            .orElseThrow(
                () ->
                    wrong(
                        file,
                        "asks for the compiler '" + word + "'; expected auto, janino or javac"));
    return new SourceHeader(id, version, description, compiler, defaults);
  }

  private static Map<String, String> fields(String file, String comment) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String line : comment.split("\\R", -1)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches() && fields.put(matcher.group(1), matcher.group(2)) != null) {
        throw wrong(file, "gives '" + matcher.group(1) + "' twice in its header");
      }
    }
    return fields;
  }

  private static Map<String, String> defaults(String file, Map<String, String> fields) {
    Map<String, String> defaults = new LinkedHashMap<>();
    fields.forEach(
        (key, value) -> {
          Matcher matcher = CONFIG_KEY.matcher(key);
          if (matcher.matches()) {
            defaults.put(matcher.group(1), value);
          } else if (!PLAIN_KEYS.contains(key)) {
            throw wrong(
                file,
                "has the header key '"
                    + key
                    + "'"
                    + NearestName.of(key, PLAIN_KEYS)
                        .map(name -> " (did you mean '" + name + "'?)")
                        .orElse("")
                    + "; known are id, version, description, compiler and config.KEY with KEY in snake"
                    + " case");
          }
        });
    return defaults;
  }

  private static String required(String file, Map<String, String> fields, String key) {
    String value = fields.getOrDefault(key, "");
    if (value.isEmpty()) {
      throw wrong(file, "has no '" + key + ":' line in its header");
    }
    return value;
  }

  private static MonitorException wrong(String file, String what) {
    return new MonitorException(
        GUARDRAIL_SOURCE_HEADER, Blame.PLUGIN, "Source " + file + " " + what + ". " + EXAMPLE);
  }
}
