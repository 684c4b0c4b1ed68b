package io.vllmmonitor.core.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNKNOWN_KEY;
import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNREADABLE;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One {@code monitor.yaml}, read strictly: unknown keys, keys given twice and values of the wrong
 * shape are errors that name the file and the key. Values stay text here; their types are checked
 * by whoever reads them. Immutable.
 *
 * @param top the single values at the top
 * @param sections by name, only keys that were given
 * @param targets one map per entry
 * @param plugins by plugin id; their keys are checked by the plugins' own specifications
 */
record ConfigFile(
    Map<String, String> top,
    Map<String, Map<String, String>> sections,
    List<Map<String, String>> targets,
    Map<String, Map<String, String>> plugins) {
  private static final long MOST_BYTES = 1 << 20;
  private static final ObjectMapper YAML =
      new ObjectMapper(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  static ConfigFile empty() {
    return new ConfigFile(Map.of(), Map.of(), List.of(), Map.of());
  }

  static ConfigFile read(Path file) {
    JsonNode root = parse(file);
    if (root.isMissingNode() || root.isNull()) {
      return empty();
    }
    if (!root.isObject()) {
      throw wrong(file, "the file", root, "sections such as 'targets:'");
    }
    Map<String, String> top = new LinkedHashMap<>();
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    List<Map<String, String>> targets = new ArrayList<>();
    Map<String, Map<String, String>> plugins = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      ConfigSpec section = ConfigKeys.SECTIONS.get(name);
      if (section != null) {
        sections.put(name, values(file, name, value, section));
      } else if (name.equals(ConfigKeys.TARGETS)) {
        targets.addAll(targets(file, value));
      } else if (name.equals(ConfigKeys.PLUGINS)) {
        plugins.putAll(plugins(file, value));
      } else if (ConfigKeys.TOP.key(name).isPresent()) {
        top.put(name, scalar(file, name, value));
      } else {
        throw unknown(file, name, name, ConfigKeys.topNames());
      }
    }
    return new ConfigFile(top, sections, targets, plugins);
  }

  private static JsonNode parse(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new MonitorException(
            CONFIG_UNREADABLE,
            Blame.OPERATOR,
            file + " is larger than 1 MiB; is it a configuration file?");
      }
      return YAML.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String place = at == null ? "" : " line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new MonitorException(
          CONFIG_UNREADABLE,
          Blame.OPERATOR,
          file
              + place
              + ": "
              + e.getOriginalMessage()
              + "; expected YAML with every key given once",
          e);
    } catch (IOException e) {
      throw new MonitorException(
          CONFIG_UNREADABLE,
          Blame.OPERATOR,
          "Cannot read the configuration file "
              + file
              + ": "
              + e
              + "; name a readable file with --config",
          e);
    }
  }

  private static List<Map<String, String>> targets(Path file, JsonNode value) {
    if (!value.isArray()) {
      throw wrong(file, ConfigKeys.TARGETS, value, "a list with '- url: …' entries");
    }
    List<Map<String, String>> targets = new ArrayList<>();
    for (JsonNode entry : value) {
      String name = ConfigKeys.TARGETS + "[" + targets.size() + "]";
      targets.add(
          entry.isTextual()
              ? Map.of("url", entry.asText())
              : values(file, name, entry, ConfigKeys.TARGET));
    }
    return targets;
  }

  private static Map<String, Map<String, String>> plugins(Path file, JsonNode value) {
    if (!value.isObject()) {
      throw wrong(file, ConfigKeys.PLUGINS, value, "a section per plugin id");
    }
    Map<String, Map<String, String>> plugins = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> plugin : value.properties()) {
      String name = ConfigKeys.PLUGINS + "." + plugin.getKey();
      Map<String, String> settings = new LinkedHashMap<>();
      if (!plugin.getValue().isObject()) {
        throw wrong(file, name, plugin.getValue(), "keys and values");
      }
      for (Map.Entry<String, JsonNode> setting : plugin.getValue().properties()) {
        settings.put(
            setting.getKey(), scalar(file, name + "." + setting.getKey(), setting.getValue()));
      }
      plugins.put(plugin.getKey(), settings);
    }
    return plugins;
  }

  private static Map<String, String> values(
      Path file, String section, JsonNode value, ConfigSpec spec) {
    if (!value.isObject()) {
      throw wrong(file, section, value, "keys and values");
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      String name = section + "." + entry.getKey();
      if (spec.key(entry.getKey()).isEmpty()) {
        throw unknown(
            file, name, entry.getKey(), spec.keys().stream().map(ConfigSpec.Key::name).toList());
      }
      values.put(entry.getKey(), scalar(file, name, entry.getValue()));
    }
    return values;
  }

  private static String scalar(Path file, String name, JsonNode value) {
    if (!value.isValueNode() || value.isNull()) {
      throw wrong(file, name, value, "one value");
    }
    return value.asText();
  }

  private static MonitorException unknown(
      Path file, String name, String key, Collection<String> known) {
    return new MonitorException(
        CONFIG_UNKNOWN_KEY,
        Blame.OPERATOR,
        file + ": unknown key '" + name + "'; " + NearestName.hint(key, known));
  }

  private static MonitorException wrong(Path file, String name, JsonNode found, String expected) {
    return new MonitorException(
        CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        file + ": '" + name + "' holds " + shape(found) + "; expected " + expected);
  }

  private static String shape(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "a section";
      case NULL, MISSING -> "nothing";
      case BINARY, BOOLEAN, NUMBER, POJO, STRING -> "'" + node.asText() + "'";
    };
  }
}
