package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Puts the budget into compiled classes: a tick at every method entry and backward jump, a check at
 * every allocation and in every handler, and {@link Guarded} in place of methods that can grow
 * without bound. The same input gives the same bytes. Confined to one thread.
 */
final class BudgetTransform {
  private static final String BUDGET = Type.getInternalName(Budget.class);
  private static final String GUARDED = Type.getInternalName(Guarded.class);
  private static final String APPEND = "append";

  /** Text methods that cost the same whatever the length. */
  private static final Set<String> CONSTANT_TIME = Set.of("length", "charAt", "isEmpty");

  /** Methods of the boxed types that read a text of any length. */
  private static final Set<String> PARSERS =
      Set.of(
          "parseInt",
          "parseLong",
          "parseUnsignedInt",
          "parseUnsignedLong",
          "parseBoolean",
          "decode");

  private static final String API = "io/vllmmonitor/api/";

  /** What takes no arguments answers what is there already. */
  private static final String NO_ARGUMENTS = "()";

  private static final Map<String, String> RECEIVERS = receivers();

  private static final int NO_DEPTH = -1;

  /** Types whose methods never call code of a source, since no source can implement them. */
  private static final Set<String> FINAL_OWNERS =
      Set.of(
          "io/vllmmonitor/api/view/MetricView",
          "io/vllmmonitor/api/guardrail/Verdict",
          "io/vllmmonitor/api/guardrail/GuardrailSpec",
          "io/vllmmonitor/api/prediction/Forecast",
          "io/vllmmonitor/api/prediction/Forecast$Failure",
          "io/vllmmonitor/api/config/Settings",
          "java/lang/Math",
          "java/lang/Double",
          "java/lang/Integer",
          "java/lang/Long",
          "java/lang/String");

  private final Map<String, ClassNode> own = new HashMap<>();
  private final ClassLoader types;

  BudgetTransform(List<ClassNode> classes, ClassLoader types) {
    classes.forEach(node -> own.put(node.name, node));
    this.types = types;
  }

  /** Whether a type is one that instrumented code itself refers to. */
  static boolean isRuntimeType(String internalName) {
    return internalName.equals(BUDGET) || internalName.equals(GUARDED);
  }

  byte[] apply(ClassNode node) {
    for (MethodNode method : node.methods) {
      if (method.instructions.size() > 0) {
        instrument(method);
      }
    }
    ClassWriter writer = new HierarchyWriter();
    node.accept(writer);
    return writer.toByteArray();
  }

  private void instrument(MethodNode method) {
    boolean deepens = deepens(method);
    int depth = method.maxLocals;
    method.maxLocals++;
    Map<AbstractInsnNode, Integer> positions = new HashMap<>();
    for (AbstractInsnNode node : method.instructions) {
      positions.put(node, positions.size());
    }
    for (AbstractInsnNode node : method.instructions.toArray()) {
      instrument(method.instructions, node, deepens ? depth : NO_DEPTH, positions);
    }
    Set<LabelNode> handlers = new HashSet<>();
    for (TryCatchBlockNode block : List.copyOf(method.tryCatchBlocks)) {
      if (handlers.add(block.handler)) {
        InsnList check = caught(depth);
        LabelNode after = new LabelNode();
        check.add(after);
        method.instructions.insert(lastMarkerAfter(block.handler), check);
        uncover(method, block.handler, after);
      }
    }
    InsnList entry = new InsnList();
    if (deepens) {
      entry.add(call("enter", "()I"));
      entry.add(new VarInsnNode(Opcodes.ISTORE, depth));
    } else {
      entry.add(call("step", "()V"));
    }
    method.instructions.insert(entry);
  }

  /**
   * Whether code of the source can run within a call of this method; only then does it matter how
   * deep it is. Most rules ask their view and answer, so they need not keep count.
   */
  private static boolean deepens(MethodNode method) {
    if (!method.tryCatchBlocks.isEmpty()) {
      return true; // a handler looks at the depth
    }
    for (AbstractInsnNode node : method.instructions) {
      if (node instanceof MethodInsnNode call && !FINAL_OWNERS.contains(call.owner)) {
        return true;
      }
      if (node instanceof InvokeDynamicInsnNode) {
        return true;
      }
    }
    return false;
  }

  private static void instrument(
      InsnList code, AbstractInsnNode node, int depth, Map<AbstractInsnNode, Integer> positions) {
    int opcode = node.getOpcode();
    if (jumpsBack(node, positions)) {
      code.insertBefore(node, call("step", "()V"));
    } else if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
      if (depth == NO_DEPTH) {
        return;
      }
      code.insertBefore(node, new VarInsnNode(Opcodes.ILOAD, depth));
      code.insertBefore(node, call("exit", "(I)V"));
    } else if (opcode == Opcodes.NEWARRAY || opcode == Opcodes.ANEWARRAY) {
      code.insertBefore(node, new InsnNode(Opcodes.DUP));
      code.insertBefore(node, call("array", "(I)V"));
    } else if (node instanceof TypeInsnNode type && opcode == Opcodes.NEW) {
      boolean thrown = type.desc.endsWith("Exception") || type.desc.endsWith("Error");
      code.insertBefore(node, call(thrown ? "throwable" : "object", "()V"));
    } else if (node instanceof MethodInsnNode call) {
      guard(code, call);
    }
  }

  private static void guard(InsnList code, MethodInsnNode call) {
    String arguments = call.desc.substring(1, call.desc.indexOf(')'));
    String key = call.name + "(" + arguments + ")";
    if (call.owner.startsWith("[")) {
      code.insertBefore(call, call("object", "()V"));
    } else if (call.owner.equals("java/lang/StringBuilder") && call.name.equals(APPEND)) {
      replace(code, call, APPEND, "Ljava/lang/StringBuilder;");
    } else if (call.owner.equals("java/lang/String") && key.equals("concat(Ljava/lang/String;)")) {
      replace(code, call, "concat", "Ljava/lang/String;");
    } else if (call.owner.equals("java/lang/String") && key.equals("valueOf(Ljava/lang/Object;)")) {
      replace(code, call, "text", "");
    } else if (call.owner.equals("java/lang/System") && call.name.equals("arraycopy")) {
      replace(code, call, "arraycopy", "");
    } else if (call.owner.equals("java/util/Collections") && call.name.equals("sort")) {
      replace(code, call, "sort", "");
    } else if (call.owner.equals("java/util/Objects") && call.name.equals("equals")) {
      replace(code, call, "equalOrNull", "");
    } else if (call.owner.equals("java/lang/System$Logger")) {
      replace(code, call, "log", "Ljava/lang/System$Logger;");
    } else if (call.owner.equals("java/lang/AutoCloseable") && call.name.equals("close")) {
      replace(code, call, "close", "Ljava/lang/AutoCloseable;");
    } else if (call.owner.startsWith(API)) {
      guardApi(code, call);
    } else if (call.owner.startsWith("java/lang/") && PARSERS.contains(call.name)) {
      code.insertBefore(call, call("text", "()V"));
    } else if (isText(call.owner) && !CONSTANT_TIME.contains(call.name)) {
      guardText(code, call);
    } else if (call.owner.equals("java/lang/Object")) {
      guardObject(code, call);
    } else if (call.owner.startsWith("java/util/") && call.getOpcode() != Opcodes.INVOKESTATIC) {
      guardCollection(code, call, key);
    }
  }

  private static void guardText(InsnList code, MethodInsnNode call) {
    if (call.name.equals("<init>")) {
      replaceBuilder(code, call);
      return;
    }
    code.insertBefore(call, call("text", "()V"));
    if (call.desc.endsWith(")Ljava/lang/String;")) {
      countAfter(code, call, "(Ljava/lang/String;)V");
    }
  }

  /** A builder that starts with a text copies it. */
  private static void replaceBuilder(InsnList code, MethodInsnNode call) {
    if (call.desc.equals("(Ljava/lang/String;)V")) {
      code.insertBefore(call, new InsnNode(Opcodes.DUP));
      code.insertBefore(call, call("made", "(Ljava/lang/String;)V"));
    }
  }

  private static void guardApi(InsnList code, MethodInsnNode call) {
    if (call.owner.equals(API + "plugin/HttpAnswer") && call.name.equals("text")) {
      replace(code, call, "page", "L" + API + "plugin/HttpAnswer;");
    } else if (call.owner.equals(API + "plugin/HttpService") && call.name.equals("send")) {
      replace(code, call, "send", "L" + API + "plugin/HttpService;");
    } else if (takes(call, "Ljava/util/List;") || takes(call, "Ljava/util/Map;")) {
      code.insertBefore(call, call("copy", "()V"));
    } else if (!call.desc.startsWith(NO_ARGUMENTS)) {
      code.insertBefore(call, call("api", "()V"));
      if (call.desc.endsWith(")Ljava/lang/String;")) {
        countAfter(code, call, "(Ljava/lang/String;)V");
      } else if (call.desc.endsWith(")[D")) {
        countAfter(code, call, "([D)V");
      }
    }
  }

  private static boolean takes(MethodInsnNode call, String type) {
    return call.desc.substring(0, call.desc.indexOf(')')).contains(type);
  }

  private static void countAfter(InsnList code, MethodInsnNode call, String descriptor) {
    code.insert(call, call("made", descriptor));
    code.insert(call, new InsnNode(Opcodes.DUP));
  }

  private static boolean isText(String owner) {
    return owner.equals("java/lang/String") || owner.equals("java/lang/StringBuilder");
  }

  private static void guardObject(InsnList code, MethodInsnNode call) {
    if (call.getOpcode() == Opcodes.INVOKESPECIAL) {
      return;
    }
    switch (call.name) {
      case "toString" -> replace(code, call, "textOf", "Ljava/lang/Object;");
      case "hashCode" -> replace(code, call, "hash", "Ljava/lang/Object;");
      case "equals" -> replace(code, call, "equal", "Ljava/lang/Object;");
      default -> {
        // The allow-list knows no other method of Object.
      }
    }
  }

  private static void guardCollection(InsnList code, MethodInsnNode call, String key) {
    boolean ofMap = call.owner.endsWith("Map");
    String receiver = RECEIVERS.get((ofMap ? "map." : "") + key);
    if (receiver != null) {
      String name = key.startsWith("push(") ? "addFirst" : call.name;
      replace(code, call, name, receiver);
    }
  }

  private static Map<String, String> receivers() {
    String object = "(Ljava/lang/Object;)";
    String two = "(Ljava/lang/Object;Ljava/lang/Object;)";
    return Map.ofEntries(
        Map.entry("add" + object, "Ljava/util/Collection;"),
        Map.entry("contains" + object, "Ljava/util/Collection;"),
        Map.entry("remove" + object, "Ljava/util/Collection;"),
        Map.entry("remove(I)", "Ljava/util/List;"),
        Map.entry("sort(Ljava/util/Comparator;)", "Ljava/util/List;"),
        Map.entry("addFirst" + object, "Ljava/util/Deque;"),
        Map.entry("addLast" + object, "Ljava/util/Deque;"),
        Map.entry("push" + object, "Ljava/util/Deque;"),
        Map.entry("map.put" + two, "Ljava/util/Map;"),
        Map.entry("map.get" + object, "Ljava/util/Map;"),
        Map.entry("map.remove" + object, "Ljava/util/Map;"),
        Map.entry("map.containsKey" + object, "Ljava/util/Map;"),
        Map.entry("map.getOrDefault" + two, "Ljava/util/Map;"),
        Map.entry("map.putIfAbsent" + two, "Ljava/util/Map;"),
        Map.entry(
            "map.computeIfAbsent(Ljava/lang/Object;Ljava/util/function/Function;)",
            "Ljava/util/Map;"),
        Map.entry(
            "map.merge(Ljava/lang/Object;Ljava/lang/Object;Ljava/util/function/BiFunction;)",
            "Ljava/util/Map;"));
  }

  private static void replace(
      InsnList code, MethodInsnNode call, String name, String receiverDescriptor) {
    String descriptor = "(" + receiverDescriptor + call.desc.substring(1);
    code.set(call, new MethodInsnNode(Opcodes.INVOKESTATIC, GUARDED, name, descriptor, false));
  }

  private static boolean jumpsBack(
      AbstractInsnNode node, Map<AbstractInsnNode, Integer> positions) {
    List<LabelNode> targets = new ArrayList<>();
    if (node instanceof JumpInsnNode jump) {
      targets.add(jump.label);
    } else if (node instanceof TableSwitchInsnNode table) {
      targets.addAll(table.labels);
      targets.add(table.dflt);
    } else if (node instanceof LookupSwitchInsnNode lookup) {
      targets.addAll(lookup.labels);
      targets.add(lookup.dflt);
    }
    int here = positions.getOrDefault(node, 0);
    return targets.stream().anyMatch(label -> positions.getOrDefault(label, 0) <= here);
  }

  private static InsnList caught(int depth) {
    InsnList code = new InsnList();
    code.add(new InsnNode(Opcodes.DUP));
    code.add(new VarInsnNode(Opcodes.ILOAD, depth));
    code.add(call("caught", "(Ljava/lang/Throwable;I)V"));
    return code;
  }

  private static AbstractInsnNode lastMarkerAfter(LabelNode label) {
    AbstractInsnNode last = label;
    while (last.getNext() instanceof FrameNode frame) {
      last = frame;
    }
    return last;
  }

  /**
   * The check in a handler throws when the budget is used up, and nothing may catch that: neither
   * the handler itself, which compilers do let cover its own beginning, nor another one.
   */
  private static void uncover(MethodNode method, LabelNode from, LabelNode to) {
    InsnList code = method.instructions;
    List<TryCatchBlockNode> blocks = new ArrayList<>();
    for (TryCatchBlockNode block : method.tryCatchBlocks) {
      boolean covers =
          code.indexOf(block.start) <= code.indexOf(from)
              && code.indexOf(to) <= code.indexOf(block.end);
      if (covers) {
        addUnlessEmpty(blocks, block.start, from, block);
        addUnlessEmpty(blocks, to, block.end, block);
      } else {
        blocks.add(block);
      }
    }
    method.tryCatchBlocks = blocks;
  }

  private static void addUnlessEmpty(
      List<TryCatchBlockNode> blocks, LabelNode start, LabelNode end, TryCatchBlockNode like) {
    AbstractInsnNode node = start;
    while (node != end && node.getOpcode() < 0) {
      node = node.getNext();
    }
    if (node != end) {
      blocks.add(new TryCatchBlockNode(start, end, like.handler, like.type));
    }
  }

  private static MethodInsnNode call(String name, String descriptor) {
    return new MethodInsnNode(Opcodes.INVOKESTATIC, BUDGET, name, descriptor, false);
  }

  /** Computes frames; knows the hierarchy of the source's own classes without loading them. */
  private final class HierarchyWriter extends ClassWriter {
    HierarchyWriter() {
      super(COMPUTE_FRAMES | COMPUTE_MAXS);
    }

    @Override
    protected String getCommonSuperClass(String left, String right) {
      Set<String> ancestors = new HashSet<>(ancestors(left));
      for (String type : ancestors(right)) {
        if (ancestors.contains(type)) {
          return type;
        }
      }
      return "java/lang/Object";
    }

    private List<String> ancestors(String type) {
      List<String> chain = new ArrayList<>();
      String current = type;
      while (own.containsKey(current)) {
        chain.add(current);
        current = own.get(current).superName;
      }
      Class<?> loaded = load(current);
      while (loaded != null) {
        chain.add(Type.getInternalName(loaded));
        loaded = loaded.getSuperclass();
      }
      return chain;
    }

    private Class<?> load(String type) {
      try {
        return Class.forName(type.replace('/', '.'), false, types);
      } catch (ClassNotFoundException e) {
        throw new MonitorException(
            GUARDRAIL_COMPILE, Blame.PLUGIN, "The type " + type + " is not known", e);
      }
    }
  }
}
