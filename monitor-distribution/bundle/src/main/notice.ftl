vllm-monitor
Copyright the vllm-monitor authors. Licensed under the Apache License, Version 2.0 (see LICENSE).

The folder lib/ of this distribution also holds the following works of others, unchanged, each under
the licence named with it. Their own notices are inside the jars, below META-INF.

<#list dependencyMap as entry>
<#assign project = entry.getKey()/>
<#assign licenses = entry.getValue()/>
${project.groupId}:${project.artifactId}:${project.version}
  licence: ${licenses?join(", or ")}
<#if project.url??>
  home: ${project.url}
</#if>
</#list>
