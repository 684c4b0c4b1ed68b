package io.vllmmonitor.testkit.contract;

import io.vllmmonitor.testkit.plugin.ExtensionContract;

/** Finds the contracts of broken extensions by name, as tables of tests write them. */
final class Broken {
  private Broken() {}

  @SuppressWarnings("unchecked")
  static Class<? extends ExtensionContract<?>> named(String holder, String name) {
    try {
      return (Class<? extends ExtensionContract<?>>)
          Class.forName(Broken.class.getPackageName() + "." + holder + "$" + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError("No broken extension " + holder + "." + name, e);
    }
  }
}
