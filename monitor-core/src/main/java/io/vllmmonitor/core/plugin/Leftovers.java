package io.vllmmonitor.core.plugin;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What a plugin jar has left behind in the JVM when it was closed: threads that run its code, and
 * MBeans of its classes. Both are found by its class loader. Stateless.
 */
final class Leftovers {
  private Leftovers() {}

  /**
   * Ends what can be ended: MBeans are taken away; threads are interrupted, and their loops are
   * cancelled at the next check.
   *
   * @return what was found, in words; empty when the plugin has cleaned up after itself
   */
  static List<String> end(ClassLoader loader) {
    List<String> found = new ArrayList<>();
    for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
      Thread thread = entry.getKey();
      if (thread != Thread.currentThread() && isOf(loader, thread, entry.getValue())) {
        found.add("thread '" + thread.getName() + "' (interrupted)");
        PluginGuard.cancel(thread);
        thread.interrupt();
      }
    }
    found.addAll(unregister(loader));
    return found;
  }

  private static boolean isOf(ClassLoader loader, Thread thread, StackTraceElement[] stack) {
    if (thread.getClass().getClassLoader() == loader || thread.getContextClassLoader() == loader) {
      return true;
    }
    String name = loader.getName();
    for (StackTraceElement frame : stack) {
      if (name != null && name.equals(frame.getClassLoaderName())) {
        return true;
      }
    }
    return false;
  }

  private static List<String> unregister(ClassLoader loader) {
    List<String> found = new ArrayList<>();
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    for (ObjectName name : server.queryNames(null, null)) {
      try {
        if (server.getClassLoaderFor(name) == loader) {
          server.unregisterMBean(name);
          found.add("MBean '" + name + "' (taken away)");
        }
      } catch (InstanceNotFoundException e) {
        // It went by itself between the two calls: the next one.
      } catch (JMException e) {
        found.add("MBean '" + name + "', which stays: " + Failures.describe(e));
      }
    }
    return found;
  }
}
