package io.vllmmonitor.core.script;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;

/**
 * Writes the class of one lambda or method reference: its captured values as fields, a static
 * method that makes an instance, and the interface's one method, which calls what the lambda stands
 * for and converts arguments and answer as {@code LambdaMetafactory} would. It belongs to the nest
 * of the class that it was written in, as the body of a lambda is private there.
 */
final class LambdaClass {
  /** The name of the method that makes an instance. */
  static final String MAKE = "make";

  private final String name;
  private final String nestHost;
  private final @Nullable String sourceFile;
  private final int line;

  LambdaClass(String name, String nestHost, @Nullable String sourceFile, int line) {
    this.name = name;
    this.nestHost = nestHost;
    this.sourceFile = sourceFile;
    this.line = line;
  }

  ClassNode of(InvokeDynamicInsnNode call) {
    Type[] captured = Type.getArgumentTypes(call.desc);
    Type sam = (Type) call.bsmArgs[0];
    Handle target = (Handle) call.bsmArgs[1];
    Type instantiated = (Type) call.bsmArgs[2];
    ClassNode node = new ClassNode();
    node.visit(
        Opcodes.V17,
        Opcodes.ACC_FINAL | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC,
        name,
        null,
        "java/lang/Object",
        new String[] {Type.getReturnType(call.desc).getInternalName()});
    node.visitSource(sourceFile, null);
    node.visitNestHost(nestHost);
    for (int i = 0; i < captured.length; i++) {
      node.visitField(
              Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL,
              field(i),
              captured[i].getDescriptor(),
              null,
              null)
          .visitEnd();
    }
    writeConstructor(node, captured);
    writeMake(node, call.desc, captured);
    writeMethod(node, call.name, sam, instantiated, target, captured);
    return node;
  }

  private static String field(int index) {
    return "captured" + index;
  }

  private void writeConstructor(ClassNode node, Type[] captured) {
    MethodVisitor code =
        node.visitMethod(
            Opcodes.ACC_PRIVATE,
            "<init>",
            Type.getMethodDescriptor(Type.VOID_TYPE, captured),
            null,
            null);
    code.visitCode();
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
    int slot = 1;
    for (int i = 0; i < captured.length; i++) {
      code.visitVarInsn(Opcodes.ALOAD, 0);
      code.visitVarInsn(captured[i].getOpcode(Opcodes.ILOAD), slot);
      code.visitFieldInsn(Opcodes.PUTFIELD, name, field(i), captured[i].getDescriptor());
      slot += captured[i].getSize();
    }
    end(code, Opcodes.RETURN, slot);
  }

  private void writeMake(ClassNode node, String descriptor, Type[] captured) {
    MethodVisitor code = node.visitMethod(Opcodes.ACC_STATIC, MAKE, descriptor, null, null);
    code.visitCode();
    code.visitTypeInsn(Opcodes.NEW, name);
    code.visitInsn(Opcodes.DUP);
    int slot = 0;
    for (Type type : captured) {
      code.visitVarInsn(type.getOpcode(Opcodes.ILOAD), slot);
      slot += type.getSize();
    }
    code.visitMethodInsn(
        Opcodes.INVOKESPECIAL,
        name,
        "<init>",
        Type.getMethodDescriptor(Type.VOID_TYPE, captured),
        false);
    end(code, Opcodes.ARETURN, slot);
  }

  private void writeMethod(
      ClassNode node, String method, Type sam, Type instantiated, Handle target, Type[] captured) {
    MethodVisitor code =
        node.visitMethod(Opcodes.ACC_PUBLIC, method, sam.getDescriptor(), null, null);
    code.visitCode();
    if (line > 0) {
      Label start = new Label();
      code.visitLabel(start);
      code.visitLineNumber(line, start);
    }
    boolean constructs = target.getTag() == Opcodes.H_NEWINVOKESPECIAL;
    if (constructs) {
      code.visitTypeInsn(Opcodes.NEW, target.getOwner());
      code.visitInsn(Opcodes.DUP);
    }
    for (int i = 0; i < captured.length; i++) {
      code.visitVarInsn(Opcodes.ALOAD, 0);
      code.visitFieldInsn(Opcodes.GETFIELD, name, field(i), captured[i].getDescriptor());
    }
    List<Type> wanted = parameters(target);
    Type[] given = sam.getArgumentTypes();
    Type[] known = instantiated.getArgumentTypes();
    int slot = 1;
    for (int i = 0; i < given.length; i++) {
      code.visitVarInsn(given[i].getOpcode(Opcodes.ILOAD), slot);
      slot += given[i].getSize();
      cast(code, given[i], known[i]);
      Conversion.convert(code, known[i], wanted.get(captured.length + i));
    }
    call(code, target);
    Type answer =
        constructs ? Type.getObjectType(target.getOwner()) : Type.getReturnType(target.getDesc());
    Type expected = sam.getReturnType();
    if (expected.getSort() == Type.VOID) {
      drop(code, answer);
    } else {
      Conversion.convert(code, answer, instantiated.getReturnType());
      cast(code, instantiated.getReturnType(), expected);
    }
    end(code, expected.getOpcode(Opcodes.IRETURN), slot);
  }

  private static List<Type> parameters(Handle target) {
    List<Type> parameters = new ArrayList<>();
    boolean hasReceiver =
        target.getTag() != Opcodes.H_INVOKESTATIC && target.getTag() != Opcodes.H_NEWINVOKESPECIAL;
    if (hasReceiver) {
      parameters.add(Type.getObjectType(target.getOwner()));
    }
    parameters.addAll(List.of(Type.getArgumentTypes(target.getDesc())));
    return parameters;
  }

  /** What javac refers to by a special call is private, hence a virtual call within the nest. */
  private static void call(MethodVisitor code, Handle target) {
    int opcode =
        switch (target.getTag()) {
          case Opcodes.H_INVOKESTATIC -> Opcodes.INVOKESTATIC;
          case Opcodes.H_NEWINVOKESPECIAL -> Opcodes.INVOKESPECIAL;
          default -> target.isInterface() ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL;
        };
    code.visitMethodInsn(
        opcode, target.getOwner(), target.getName(), target.getDesc(), target.isInterface());
  }

  private static void cast(MethodVisitor code, Type from, Type to) {
    if (from.getSort() >= Type.ARRAY && !from.equals(to)) {
      Conversion.checkCast(code, to);
    }
  }

  private static void drop(MethodVisitor code, Type answer) {
    if (answer.getSort() != Type.VOID) {
      code.visitInsn(answer.getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
    }
  }

  private static void end(MethodVisitor code, int opcode, int locals) {
    code.visitInsn(opcode);
    // The stack is computed when the class is written; the locals must be right before that.
    code.visitMaxs(0, locals);
    code.visitEnd();
  }
}
