package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.core.plugin.PluginDirectory;
import io.vllmmonitor.core.plugin.PluginSummary;

/** The units of code, and the commands that stop and start them. */
final class PluginApi {
  private final PluginDirectory plugins;

  PluginApi(PluginDirectory plugins) {
    this.plugins = plugins;
  }

  Object list() {
    return Listing.of(plugins.plugins().stream().map(PluginApi::item).toList());
  }

  Object disable(String id) {
    return item(plugins.disable(id));
  }

  Object enable(String id) {
    return item(plugins.enable(id));
  }

  private static ObjectNode item(PluginSummary plugin) {
    CodeGeneration generation = plugin.generation();
    ObjectNode item = WebJson.object();
    item.put("id", generation.unit());
    item.put("kind", generation.kind().name());
    item.put("version", generation.version());
    item.put("generation", generation.generation());
    item.put("code_hash", generation.codeHash());
    item.put("file", generation.file());
    item.put("status", plugin.status().name());
    item.put("code_status", generation.status().name());
    item.put("reason", generation.reason());
    item.put("at", Text.time(generation.at()));
    ArrayNode extensions = item.putArray("extensions");
    plugin.extensions().forEach(extensions::add);
    return item;
  }
}
