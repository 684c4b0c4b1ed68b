package io.vllmmonitor.core.script;

import java.util.List;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.janino.Java;
import org.codehaus.janino.util.DeepCopier;

/**
 * Copies a unit with every {@code try … catch … finally} turned into a {@code try … catch} inside a
 * {@code try … finally}. It means the same; Janino compiles the first so that the finally block can
 * run twice. Confined to one thread.
 */
final class TryRepair extends DeepCopier {
  @Override
  public Java.BlockStatement copyTryStatement(Java.TryStatement subject) throws CompileException {
    if (subject.catchClauses.isEmpty() || subject.finallY == null) {
      return super.copyTryStatement(subject);
    }
    Java.TryStatement inner =
        new Java.TryStatement(
            subject.getLocation(),
            List.of(),
            copyBlockStatement(subject.body),
            copyCatchClauses(subject.catchClauses),
            null);
    Java.Block block = new Java.Block(subject.getLocation());
    block.addStatement(inner);
    return new Java.TryStatement(
        subject.getLocation(), List.of(), block, List.of(), copyBlock(subject.finallY));
  }
}
