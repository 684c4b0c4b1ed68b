package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import org.jspecify.annotations.Nullable;

/**
 * Refuses methods that are too long to compile quickly, before javac has done more than parse them:
 * the same limit as {@link DialectLint} has. Confined to one thread.
 */
final class TreeLimits extends TreeScanner<@Nullable Void, @Nullable Void> {
  private final String file;
  private final CompilationUnitTree unit;
  private final SourcePositions positions;
  private int count;

  private TreeLimits(String file, CompilationUnitTree unit, SourcePositions positions) {
    this.file = file;
    this.unit = unit;
    this.positions = positions;
  }

  /**
   * @throws MonitorException GUARDRAIL_COMPILE with the line of the method
   */
  static void check(
      String file, Iterable<? extends CompilationUnitTree> units, SourcePositions positions) {
    for (CompilationUnitTree unit : units) {
      new TreeLimits(file, unit, positions).scan(unit, null);
    }
  }

  @Override
  public @Nullable Void scan(@Nullable Tree tree, @Nullable Void nothing) {
    if (tree instanceof StatementTree && !(tree instanceof BlockTree)) {
      count++;
    }
    return super.scan(tree, null);
  }

  @Override
  public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
    int outer = count;
    count = 0;
    super.visitMethod(method, null);
    if (count > DialectLint.MOST_STATEMENTS) {
      throw tooLong(method);
    }
    count = outer;
    return null;
  }

  private MonitorException tooLong(MethodTree method) {
    long line = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, method));
    return new MonitorException(
        GUARDRAIL_COMPILE,
        Blame.PLUGIN,
        file
            + " line "
            + line
            + ": a method of more than "
            + DialectLint.MOST_STATEMENTS
            + " statements. Hint: split it");
  }
}
