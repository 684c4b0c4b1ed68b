package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_FORBIDDEN_CALL;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.MultiANewArrayInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;

/**
 * Looks at every type and method that the compiled classes of one source touch and refuses what is
 * not on the {@link AllowList}, naming the line. Works on bytes, before any of it is loaded.
 * Confined to one thread.
 */
final class SandboxScan {
  /** Beside the functional ones and that of the source's kind. */
  private static final List<String> INTERFACES =
      List.of(
          "java/lang/AutoCloseable",
          "java/lang/Comparable",
          "java/util/Comparator",
          "java/util/Iterator",
          "java/lang/Iterable");

  private static final List<String> SUPERCLASSES =
      List.of("java/lang/Object", "java/lang/Enum", "java/lang/Record");

  /** A class there could stand in for one that instrumented code relies on. */
  private static final List<String> TAKEN_PACKAGES =
      List.of("java/", "javax/", "jdk/", "sun/", "com/sun/", "io/vllmmonitor/");

  private final String file;
  private final SourceKind kind;
  private final AllowList allowed;
  private final Map<String, ClassNode> own = new HashMap<>();
  private int line;

  SandboxScan(String file, SourceKind kind, Collection<ClassNode> classes) {
    this.file = file;
    this.kind = kind;
    this.allowed = AllowList.of(kind);
    classes.forEach(node -> own.put(node.name, node));
  }

  /**
   * @throws MonitorException GUARDRAIL_FORBIDDEN_CALL at the first thing that is not allowed
   */
  void check() {
    own.values().stream()
        .sorted((left, right) -> left.name.compareTo(right.name))
        .forEach(this::checkClass);
  }

  private void checkClass(ClassNode node) {
    line = 0;
    if (TAKEN_PACKAGES.stream().anyMatch(node.name::startsWith)) {
      throw refuse("the package of class " + dotted(node.name), "leave the package line out");
    }
    if (!SUPERCLASSES.contains(node.superName) && !own.containsKey(node.superName)) {
      throw refuse("class " + dotted(node.superName), "extend Object or an own class");
    }
    for (String type : node.interfaces) {
      if (!own.containsKey(type) && !mayImplement(type)) {
        throw refuse("interface " + dotted(type), null);
      }
    }
    for (FieldNode field : node.fields) {
      checkType(Type.getType(field.desc));
    }
    node.methods.forEach(this::checkMethod);
  }

  private boolean mayImplement(String type) {
    return INTERFACES.contains(type)
        || type.equals(kind.internalName())
        || (type.startsWith("java/util/function/") && allowed.showsType(type));
  }

  private void checkMethod(MethodNode method) {
    line = 0;
    for (AbstractInsnNode node : method.instructions) {
      if (node instanceof LineNumberNode number) {
        line = number.line;
        break;
      }
    }
    if ((method.access & (Opcodes.ACC_NATIVE | Opcodes.ACC_SYNCHRONIZED)) != 0) {
      throw refuse("a native or synchronized method", "an instance is called by one thread only");
    }
    if (method.name.equals("finalize")) {
      throw refuse("a finalizer", "override close() instead");
    }
    checkType(Type.getMethodType(method.desc));
    for (TryCatchBlockNode block : method.tryCatchBlocks) {
      if (block.type != null) {
        checkType(Type.getObjectType(block.type));
      }
    }
    for (AbstractInsnNode node : method.instructions) {
      checkInstruction(node);
    }
  }

  private void checkInstruction(AbstractInsnNode node) {
    if (node instanceof LineNumberNode number) {
      line = number.line;
    } else if (node instanceof MethodInsnNode call) {
      checkCall(call.owner, call.name, call.desc);
    } else if (node instanceof FieldInsnNode field) {
      checkField(field);
    } else if (node instanceof TypeInsnNode type) {
      checkType(Type.getObjectType(type.desc));
    } else if (node instanceof LdcInsnNode constant) {
      checkConstant(constant.cst);
    } else if (node instanceof InvokeDynamicInsnNode) {
      throw refuse("a dynamic call", "write a class or a plain lambda");
    } else if (node instanceof MultiANewArrayInsnNode) {
      throw refuse("an array of arrays in one 'new'", "allocate its rows one by one");
    } else if (isUnwanted(node.getOpcode())) {
      throw refuse("a synchronized block", "an instance is called by one thread only");
    }
  }

  private static boolean isUnwanted(int opcode) {
    return opcode == Opcodes.MONITORENTER
        || opcode == Opcodes.MONITOREXIT
        || opcode == Opcodes.JSR
        || opcode == Opcodes.RET;
  }

  private void checkConstant(Object constant) {
    if (constant instanceof Type type) {
      if (type.getSort() == Type.METHOD || !own.containsKey(elementOf(type).getInternalName())) {
        throw refuse("the class object of " + type.getClassName(), null);
      }
    } else if (!(constant instanceof String || constant instanceof Number)) {
      throw refuse("a dynamic constant", null);
    }
  }

  private void checkField(FieldInsnNode field) {
    checkType(Type.getType(field.desc));
    if (own.containsKey(field.owner)) {
      return;
    }
    boolean reads = field.getOpcode() == Opcodes.GETSTATIC;
    if (!reads || !allowed.allowsField(field.owner)) {
      throw refuse(dotted(field.owner) + "." + field.name, AllowList.hint(field.owner, field.name));
    }
  }

  private void checkCall(String owner, String name, String descriptor) {
    if (owner.startsWith("[")) {
      if (!name.equals("clone")) {
        throw refuse("a call of " + name + " on an array", null);
      }
      return;
    }
    if (!isAllowed(owner, name, descriptor)) {
      throw refuse("a call of " + dotted(owner) + "." + name, AllowList.hint(owner, name));
    }
    checkType(Type.getMethodType(descriptor));
  }

  /**
   * An own class answers for what it declares; what it inherits must be allowed where it comes
   * from.
   */
  private boolean isAllowed(String owner, String name, String descriptor) {
    ClassNode node = own.get(owner);
    if (node == null) {
      return allowed.allowsMethod(owner, name, descriptor);
    }
    boolean declared =
        node.methods.stream().anyMatch(m -> m.name.equals(name) && m.desc.equals(descriptor));
    if (declared) {
      return true;
    }
    return !name.equals("<init>")
        && (isAllowed(node.superName, name, descriptor)
            || node.interfaces.stream().anyMatch(type -> isAllowed(type, name, descriptor)));
  }

  private void checkType(Type type) {
    if (type.getSort() == Type.METHOD) {
      for (Type argument : type.getArgumentTypes()) {
        checkType(argument);
      }
      checkType(type.getReturnType());
      return;
    }
    Type element = elementOf(type);
    if (element.getSort() == Type.OBJECT) {
      String name = element.getInternalName();
      if (!own.containsKey(name) && !allowed.showsType(name)) {
        throw refuse("the type " + dotted(name), AllowList.hint(name, ""));
      }
    }
  }

  private static Type elementOf(Type type) {
    return type.getSort() == Type.ARRAY ? type.getElementType() : type;
  }

  private static String dotted(String internalName) {
    return internalName.replace('/', '.').replace('$', '.');
  }

  private MonitorException refuse(String what, @Nullable String hint) {
    return new MonitorException(
        GUARDRAIL_FORBIDDEN_CALL,
        Blame.PLUGIN,
        file
            + (line > 0 ? " line " + line : "")
            + ": "
            + what
            + " is not allowed in a dropped source"
            + (hint == null
                ? "; what is allowed is listed in docs/dropped-sources.md under 'The rules'"
                : "; " + hint));
  }
}
