package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.jar.Approval;
import io.vllmmonitor.core.plugin.PluginDirectory;
import io.vllmmonitor.core.plugin.PluginStory;
import io.vllmmonitor.core.plugin.PluginSummary;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Supplier;

/** The units of code, their lives, and the commands that stop, start and roll them back. */
final class PluginApi {
  private final PluginDirectory plugins;
  private final History history;
  private final AuditLog audit;

  PluginApi(PluginDirectory plugins, History history, AuditLog audit) {
    this.plugins = plugins;
    this.history = history;
    this.audit = audit;
  }

  Object list() {
    return Listing.of(plugins.plugins().stream().map(PluginApi::item).toList());
  }

  /** Everything about one unit. */
  Object why(String id) {
    PluginStory story = plugins.why(id);
    ObjectNode page = item(story.summary());
    page.put("remedy", story.remedy());
    Duration probation = story.probation();
    page.set(
        "probation_left",
        probation == null
            ? NullNode.getInstance()
            : WebJson.node(probation.plusMillis(999).truncatedTo(ChronoUnit.SECONDS)));
    page.set("dependencies", WebJson.node(story.dependencies()));
    page.set("dependents", WebJson.node(story.dependents()));
    page.set("calls", WebJson.tree(story.calls()));
    page.set("health", WebJson.node(story.health()));
    page.set("generations", WebJson.node(story.generations()));
    page.set("transitions", WebJson.node(story.transitions()));
    return page;
  }

  /** The steps in the life of one unit, those of units that are gone included. */
  Object transitions(String id, Parameters parameters) {
    return Listing.of(history.transitions(parameters.page(), id));
  }

  Object rollback(String id, String actor) {
    return change(new Deed(actor, AuditAction.PLUGIN_ROLLBACK, id), () -> plugins.rollback(id));
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
            done ->
                Map.of("file", done.file(), "code_hash", done.hash(), "approved", done.detail()));
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
    item.put("phase", plugin.phase().name());
    item.put("status", plugin.status().name());
    item.put("code_status", generation.status().name());
    item.put("reason", generation.reason());
    item.put("at", Text.time(generation.at()));
    ArrayNode types = item.putArray("types");
    plugin.types().forEach(type -> types.add(type.name()));
    ArrayNode extensions = item.putArray("extensions");
    plugin.extensions().forEach(extensions::add);
    item.put("trust", plugin.trust());
    item.put("compiler", plugin.compiler());
    return item;
  }
}
