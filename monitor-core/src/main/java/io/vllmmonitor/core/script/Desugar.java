package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_FORBIDDEN_CALL;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Turns the dynamic calls that javac makes into plain code, so that the scan sees and the budget
 * counts all that happens, and no method handle exists when it runs: a lambda or method reference
 * becomes a class ({@link LambdaClass}), the three methods of a record become methods ({@link
 * RecordMethods}). Any other dynamic call is refused. Confined to one thread.
 */
final class Desugar {
  private static final String LAMBDAS = "java/lang/invoke/LambdaMetafactory";
  private static final String RECORDS = "java/lang/runtime/ObjectMethods";

  private final String file;
  private final List<ClassNode> classes;
  private final Map<String, ClassNode> own = new HashMap<>();
  private int lambdas;
  private int line;

  Desugar(String file, List<ClassNode> classes) {
    this.file = file;
    this.classes = new ArrayList<>(classes);
    classes.forEach(node -> own.put(node.name, node));
  }

  /**
   * @return the classes, changed, and those that were added
   * @throws MonitorException GUARDRAIL_FORBIDDEN_CALL for a dynamic call of another kind
   */
  List<ClassNode> apply() {
    for (ClassNode node : List.copyOf(classes)) {
      for (MethodNode method : List.copyOf(node.methods)) {
        desugar(node, method);
      }
    }
    return classes;
  }

  private void desugar(ClassNode host, MethodNode method) {
    line = 0;
    for (AbstractInsnNode node : method.instructions.toArray()) {
      if (node instanceof LineNumberNode number) {
        line = number.line;
      } else if (node instanceof InvokeDynamicInsnNode call) {
        method.instructions.set(call, replacement(host, call));
      }
    }
  }

  private MethodInsnNode replacement(ClassNode host, InvokeDynamicInsnNode call) {
    Handle bootstrap = call.bsm;
    if (bootstrap.getOwner().equals(LAMBDAS) && bootstrap.getName().equals("metafactory")) {
      return lambda(host, call);
    }
    if (bootstrap.getOwner().equals(RECORDS) && bootstrap.getName().equals("bootstrap")) {
      MethodNode made = RecordMethods.of(host, call);
      host.methods.add(made);
      return new MethodInsnNode(Opcodes.INVOKESTATIC, host.name, made.name, made.desc, false);
    }
    throw new MonitorException(
        GUARDRAIL_FORBIDDEN_CALL,
        Blame.PLUGIN,
        file
            + (line > 0 ? " line " + line : "")
            + ": a dynamic call through "
            + bootstrap.getOwner().replace('/', '.')
            + "."
            + bootstrap.getName()
            + " is not allowed in a dropped source; write a class instead of this lambda");
  }

  private MethodInsnNode lambda(ClassNode host, InvokeDynamicInsnNode call) {
    ClassNode nest = own.getOrDefault(host.nestHostClass, host);
    String name;
    do {
      name = nest.name + "$$Lambda" + ++lambdas;
    } while (own.containsKey(name));
    ClassNode made = new LambdaClass(name, nest.name, host.sourceFile, line).of(call);
    if (nest.nestMembers == null) {
      nest.nestMembers = new ArrayList<>();
    }
    nest.nestMembers.add(name);
    classes.add(made);
    return new MethodInsnNode(Opcodes.INVOKESTATIC, name, LambdaClass.MAKE, call.desc, false);
  }
}
