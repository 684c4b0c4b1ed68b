package io.vllmmonitor.core.plugin;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Puts a check before every backward jump and at the entry of every method of a class of a plugin
 * jar, so that a call without end can be cancelled, and a failure in place of every call that would
 * end the daemon. The stack of every frame stays as it was, so that frames are neither computed nor
 * are classes loaded for it. Stateless.
 */
final class JarTransform {
  private static final String GUARD = Type.getInternalName(PluginGuard.class);

  private static final Map<String, Set<String>> FORBIDDEN =
      Map.of(
          "java/lang/System", Set.of("exit"),
          "java/lang/Runtime", Set.of("exit", "halt", "addShutdownHook"));

  private JarTransform() {}

  /**
   * The same class with checks.
   *
   * @throws RuntimeException of any kind when the bytes are no class that can be read
   */
  static byte[] apply(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(new Checking(writer), 0);
    return writer.toByteArray();
  }

  /** Passes a class on, method by method. */
  private static final class Checking extends ClassVisitor {
    Checking(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new CheckingMethod(super.visitMethod(access, name, descriptor, signature, exceptions));
    }
  }

  /** A label that was visited already lies behind: a jump to it goes back. */
  private static final class CheckingMethod extends MethodVisitor {
    private final Map<Label, Boolean> behind = new HashMap<>();

    CheckingMethod(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      check();
    }

    @Override
    public void visitLabel(Label label) {
      behind.put(label, Boolean.TRUE);
      super.visitLabel(label);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      checkIfBack(label);
      super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label dflt, Label... labels) {
      checkIfBack(dflt, labels);
      super.visitTableSwitchInsn(min, max, dflt, labels);
    }

    @Override
    public void visitLookupSwitchInsn(Label dflt, int[] keys, Label[] labels) {
      checkIfBack(dflt, labels);
      super.visitLookupSwitchInsn(dflt, keys, labels);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (isForbidden(owner, name)) {
        super.visitMethodInsn(
            Opcodes.INVOKESTATIC, GUARD, name, asStatic(opcode, owner, descriptor), false);
      } else {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      }
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      Object[] replaced = arguments.clone();
      for (int i = 0; i < replaced.length; i++) {
        if (replaced[i] instanceof Handle handle
            && isForbidden(handle.getOwner(), handle.getName())) {
          replaced[i] = inTheGuard(handle); // a method reference, such as System::exit
        }
      }
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, replaced);
    }

    private static boolean isForbidden(String owner, String name) {
      return FORBIDDEN.getOrDefault(owner, Set.of()).contains(name);
    }

    private static Handle inTheGuard(Handle handle) {
      int opcode =
          handle.getTag() == Opcodes.H_INVOKESTATIC ? Opcodes.INVOKESTATIC : Opcodes.INVOKEVIRTUAL;
      return new Handle(
          Opcodes.H_INVOKESTATIC,
          GUARD,
          handle.getName(),
          asStatic(opcode, handle.getOwner(), handle.getDesc()),
          false);
    }

    /** The receiver becomes the first argument. */
    private static String asStatic(int opcode, String owner, String descriptor) {
      return opcode == Opcodes.INVOKESTATIC
          ? descriptor
          : "(L" + owner + ";" + descriptor.substring(1);
    }

    private void checkIfBack(Label dflt, Label... labels) {
      boolean back = behind.containsKey(dflt);
      for (Label label : labels) {
        back |= behind.containsKey(label);
      }
      if (back) {
        check();
      }
    }

    private void check() {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, GUARD, "check", "()V", false);
    }
  }
}
