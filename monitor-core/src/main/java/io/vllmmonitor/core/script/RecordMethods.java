package io.vllmmonitor.core.script;

import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Writes out what a record's {@code toString}, {@code hashCode} and {@code equals} do, component by
 * component, so that the budget counts it and components are texts, numbers, enums, times or the
 * source's own objects where they are compared. Stateless.
 */
final class RecordMethods {
  private static final String BUILDER = "java/lang/StringBuilder";
  private static final String OBJECT = "java/lang/Object";

  private RecordMethods() {}

  /** The static method for one dynamic call; the caller adds it to the record. */
  static MethodNode of(ClassNode owner, InvokeDynamicInsnNode call) {
    MethodNode method =
        new MethodNode(
            Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC,
            "record$" + call.name,
            call.desc,
            null,
            null);
    switch (call.name) {
      case "toString" -> writeText(method, owner, call);
      case "hashCode" -> writeHash(method, call);
      default -> writeEquals(method, owner, call);
    }
    return method;
  }

  private static void writeText(MethodNode code, ClassNode owner, InvokeDynamicInsnNode call) {
    code.visitTypeInsn(Opcodes.NEW, BUILDER);
    code.visitInsn(Opcodes.DUP);
    code.visitMethodInsn(Opcodes.INVOKESPECIAL, BUILDER, "<init>", "()V", false);
    String simple =
        owner.name.substring(
            Math.max(owner.name.lastIndexOf('/'), owner.name.lastIndexOf('$')) + 1);
    appendText(code, simple + "[");
    String separator = "";
    for (int i = 2; i < call.bsmArgs.length; i++) {
      Handle field = (Handle) call.bsmArgs[i];
      appendText(code, separator + field.getName() + "=");
      load(code, 0, field);
      Type type = Type.getType(field.getDesc());
      append(code, appendable(type));
      separator = ", ";
    }
    appendText(code, "]");
    code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, BUILDER, "toString", "()Ljava/lang/String;", false);
    end(code, Opcodes.ARETURN, 1);
  }

  private static String appendable(Type type) {
    return switch (type.getSort()) {
      case Type.ARRAY, Type.OBJECT -> "Ljava/lang/Object;";
      case Type.BYTE, Type.SHORT -> "I";
      default -> type.getDescriptor();
    };
  }

  private static void appendText(MethodVisitor code, String text) {
    code.visitLdcInsn(text);
    append(code, "Ljava/lang/String;");
  }

  private static void append(MethodVisitor code, String argument) {
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, BUILDER, "append", "(" + argument + ")L" + BUILDER + ";", false);
  }

  private static void writeHash(MethodNode code, InvokeDynamicInsnNode call) {
    code.visitInsn(Opcodes.ICONST_0);
    for (int i = 2; i < call.bsmArgs.length; i++) {
      Handle field = (Handle) call.bsmArgs[i];
      code.visitIntInsn(Opcodes.BIPUSH, 31);
      code.visitInsn(Opcodes.IMUL);
      load(code, 0, field);
      box(code, field);
      hashOrZero(code);
      code.visitInsn(Opcodes.IADD);
    }
    end(code, Opcodes.IRETURN, 1);
  }

  private static void hashOrZero(MethodVisitor code) {
    Label isNull = new Label();
    Label done = new Label();
    code.visitInsn(Opcodes.DUP);
    code.visitJumpInsn(Opcodes.IFNULL, isNull);
    code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, OBJECT, "hashCode", "()I", false);
    code.visitJumpInsn(Opcodes.GOTO, done);
    code.visitLabel(isNull);
    code.visitInsn(Opcodes.POP);
    code.visitInsn(Opcodes.ICONST_0);
    code.visitLabel(done);
  }

  private static void writeEquals(MethodNode code, ClassNode owner, InvokeDynamicInsnNode call) {
    Label differs = new Label();
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitTypeInsn(Opcodes.INSTANCEOF, owner.name);
    code.visitJumpInsn(Opcodes.IFEQ, differs);
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitTypeInsn(Opcodes.CHECKCAST, owner.name);
    code.visitVarInsn(Opcodes.ASTORE, 2);
    for (int i = 2; i < call.bsmArgs.length; i++) {
      Handle field = (Handle) call.bsmArgs[i];
      load(code, 0, field);
      box(code, field);
      load(code, 2, field);
      box(code, field);
      code.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          "java/util/Objects",
          "equals",
          "(Ljava/lang/Object;Ljava/lang/Object;)Z",
          false);
      code.visitJumpInsn(Opcodes.IFEQ, differs);
    }
    code.visitInsn(Opcodes.ICONST_1);
    code.visitInsn(Opcodes.IRETURN);
    code.visitLabel(differs);
    code.visitInsn(Opcodes.ICONST_0);
    end(code, Opcodes.IRETURN, 3);
  }

  private static void load(MethodVisitor code, int slot, Handle field) {
    code.visitVarInsn(Opcodes.ALOAD, slot);
    code.visitFieldInsn(Opcodes.GETFIELD, field.getOwner(), field.getName(), field.getDesc());
  }

  private static void box(MethodVisitor code, Handle field) {
    Type type = Type.getType(field.getDesc());
    if (type.getSort() < Type.ARRAY) {
      Conversion.convert(code, type, Type.getObjectType(OBJECT));
    }
  }

  private static void end(MethodVisitor code, int opcode, int locals) {
    code.visitInsn(opcode);
    code.visitMaxs(0, locals);
    code.visitEnd();
  }
}
