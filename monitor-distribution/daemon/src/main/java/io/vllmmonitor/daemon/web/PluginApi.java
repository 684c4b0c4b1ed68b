package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.jar.Approval;
import io.vllmmonitor.core.plugin.PluginDirectory;
import io.vllmmonitor.core.plugin.PluginSummary;
import java.util.Map;
import java.util.function.Supplier;

/** The units of code, and the commands that stop and start them. */
final class PluginApi {
  private final PluginDirectory plugins;
  private final AuditLog audit;

  PluginApi(PluginDirectory plugins, AuditLog audit) {
    this.plugins = plugins;
    this.audit = audit;
  }

  Object list() {
    return Listing.of(plugins.plugins().stream().map(PluginApi::item).toList());
  }

  Object disable(String id, String actor) {
    return change(new Deed(actor, AuditAction.PLUGIN_DISABLE, id), () -> plugins.disable(id));
  }

  Object enable(String id, String actor) {
    return change(new Deed(actor, AuditAction.PLUGIN_ENABLE, id), () -> plugins.enable(id));
  }

  /** Lets a jar in that waits for the operator's word; it starts soon after. */
  Object approve(String id, String actor) {
    Approval approval =
        audit.around(
            new Deed(actor, AuditAction.PLUGIN_APPROVE, id),
            () -> plugins.approve(id),
            done -> Map.of("file", done.file(), "code_hash", done.hash(), "approved", done.detail()));
    ObjectNode answer = WebJson.object();
    answer.put("id", approval.id());
    answer.put("file", approval.file());
    answer.put("code_hash", approval.hash());
    answer.put("approved", approval.detail());
    return answer;
  }

  private Object change(Deed deed, Supplier<PluginSummary> work) {
    return item(
        audit.around(
            deed,
            work,
            plugin ->
                Map.of(
                    "generation", Integer.toString(plugin.generation().generation()),
                    "code_status", plugin.generation().status().name())));
  }

  static ObjectNode item(PluginSummary plugin) {
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
    ArrayNode types = item.putArray("types");
    plugin.types().forEach(type -> types.add(type.name()));
    ArrayNode extensions = item.putArray("extensions");
    plugin.extensions().forEach(extensions::add);
    item.put("trust", plugin.trust());
    return item;
  }
}
