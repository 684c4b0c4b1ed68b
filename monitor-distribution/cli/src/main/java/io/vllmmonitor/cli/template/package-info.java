/**
 * What plugin authors begin with. An id, a kind and a package flow in; the files of a dropped
 * source or of a Maven project flow out, filled in from the same templates that the Maven archetype
 * packs. Start at {@link io.vllmmonitor.cli.template.PluginTemplates}.
 */
@NullMarked
package io.vllmmonitor.cli.template;

import org.jspecify.annotations.NullMarked;
