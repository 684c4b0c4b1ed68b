package io.vllmmonitor.core.script;

import java.util.List;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Converts the value on the stack as a method reference does: casts, boxes, widens. Stateless. */
final class Conversion {
  /** A wrapper, its primitive type, and the method that unboxes it. */
  private record Box(String wrapper, Type primitive, String unboxing) {}

  private static final List<Box> BOXES =
      List.of(
          new Box("java/lang/Integer", Type.INT_TYPE, "intValue"),
          new Box("java/lang/Long", Type.LONG_TYPE, "longValue"),
          new Box("java/lang/Double", Type.DOUBLE_TYPE, "doubleValue"),
          new Box("java/lang/Float", Type.FLOAT_TYPE, "floatValue"),
          new Box("java/lang/Boolean", Type.BOOLEAN_TYPE, "booleanValue"),
          new Box("java/lang/Character", Type.CHAR_TYPE, "charValue"),
          new Box("java/lang/Short", Type.SHORT_TYPE, "shortValue"),
          new Box("java/lang/Byte", Type.BYTE_TYPE, "byteValue"));

  private Conversion() {}

  static void convert(MethodVisitor code, Type from, Type to) {
    boolean fromReference = from.getSort() >= Type.ARRAY;
    boolean toReference = to.getSort() >= Type.ARRAY;
    if (fromReference && toReference) {
      if (!from.equals(to)) {
        checkCast(code, to);
      }
    } else if (fromReference) {
      Box box = boxOf(from, to);
      checkCast(code, Type.getObjectType(box.wrapper()));
      code.visitMethodInsn(
          Opcodes.INVOKEVIRTUAL,
          box.wrapper(),
          box.unboxing(),
          "()" + box.primitive().getDescriptor(),
          false);
      widen(code, box.primitive(), to);
    } else if (toReference) {
      Box box = boxOf(from);
      code.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          box.wrapper(),
          "valueOf",
          "(" + from.getDescriptor() + ")L" + box.wrapper() + ";",
          false);
    } else {
      widen(code, from, to);
    }
  }

  static void checkCast(MethodVisitor code, Type to) {
    if (!to.getInternalName().equals("java/lang/Object")) {
      code.visitTypeInsn(Opcodes.CHECKCAST, to.getInternalName());
    }
  }

  private static Box boxOf(Type wrapper, Type primitive) {
    return BOXES.stream()
        .filter(box -> box.wrapper().equals(wrapper.getInternalName()))
        .findFirst()
        .orElseGet(() -> boxOf(primitive));
  }

  private static Box boxOf(Type primitive) {
    return BOXES.stream()
        .filter(box -> box.primitive().equals(primitive))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No wrapper of " + primitive));
  }

  private static void widen(MethodVisitor code, Type from, Type to) {
    if (from.equals(to)) {
      return;
    }
    int opcode =
        switch (from.getSort()) {
          case Type.LONG -> to.getSort() == Type.FLOAT ? Opcodes.L2F : Opcodes.L2D;
          case Type.FLOAT -> Opcodes.F2D;
          default ->
              switch (to.getSort()) {
                case Type.LONG -> Opcodes.I2L;
                case Type.FLOAT -> Opcodes.I2F;
                case Type.DOUBLE -> Opcodes.I2D;
                default -> Opcodes.NOP;
              };
        };
    code.visitInsn(opcode);
  }
}
