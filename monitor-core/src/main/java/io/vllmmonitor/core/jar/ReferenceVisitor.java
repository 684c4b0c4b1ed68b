package io.vllmmonitor.core.jar;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Tells every type, method and field that the code of one class names. Annotations are left out:
 * the JVM passes over those it does not know. Confined to one visit.
 */
final class ReferenceVisitor extends ClassVisitor {
  private final Consumer<Reference> sink;
  private String className = "";
  private String caller = "";
  private int line;

  ReferenceVisitor(Consumer<Reference> sink) {
    super(Opcodes.ASM9);
    this.sink = sink;
  }

  @Override
  public void visit(
      int version,
      int access,
      String name,
      @Nullable String signature,
      @Nullable String superName,
      String[] interfaces) {
    className = JavaForm.type(name);
    caller = className;
    if (superName != null) {
      type(superName);
    }
    for (String each : interfaces) {
      type(each);
    }
  }

  @Override
  public @Nullable FieldVisitor visitField(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      @Nullable Object value) {
    at(name, 0);
    types(Type.getType(descriptor));
    return null;
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    at(name, 0);
    types(Type.getMethodType(descriptor));
    return new Code();
  }

  private void at(String member, int where) {
    caller =
        switch (member) {
          case "<init>" -> "the constructor of " + className;
          case "<clinit>" -> "the static part of " + className;
          default -> className + "." + member;
        };
    line = where;
  }

  private void type(String internalName) {
    types(Type.getObjectType(internalName));
  }

  private void types(Type type) {
    switch (type.getSort()) {
      case Type.METHOD -> {
        types(type.getReturnType());
        for (Type argument : type.getArgumentTypes()) {
          types(argument);
        }
      }
      case Type.ARRAY -> types(type.getElementType());
      case Type.OBJECT -> sink.accept(new Reference(caller, line, type.getInternalName(), "", ""));
      default -> {
        // A primitive type names nothing.
      }
    }
  }

  private void member(String owner, String name, String descriptor) {
    type(owner);
    types(Type.getType(descriptor));
    if (!owner.startsWith("[")) {
      sink.accept(new Reference(caller, line, owner, name, descriptor));
    }
  }

  private void constant(Object value) {
    if (value instanceof Type type) {
      types(type);
    } else if (value instanceof Handle handle) {
      member(handle.getOwner(), handle.getName(), handle.getDesc());
    } else if (value instanceof ConstantDynamic dynamic) {
      types(Type.getType(dynamic.getDescriptor()));
      constant(dynamic.getBootstrapMethod());
      for (int i = 0; i < dynamic.getBootstrapMethodArgumentCount(); i++) {
        constant(dynamic.getBootstrapMethodArgument(i));
      }
    }
  }

  /** The instructions of one method. */
  private final class Code extends MethodVisitor {
    Code() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visitLineNumber(int number, Label start) {
      line = number;
    }

    @Override
    public void visitTypeInsn(int opcode, String name) {
      type(name);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      member(owner, name, descriptor);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      member(owner, name, descriptor);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      types(Type.getMethodType(descriptor));
      constant(bootstrap);
      for (Object argument : arguments) {
        constant(argument);
      }
    }

    @Override
    public void visitLdcInsn(Object value) {
      constant(value);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      types(Type.getType(descriptor));
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String caught) {
      if (caught != null) {
        type(caught);
      }
    }
  }
}
