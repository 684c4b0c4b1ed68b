package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses methods that are too long to compile quickly and constants that grow, before javac has
 * done more than parse them: the same limits as {@link DialectLint} has. Confined to one thread.
 */
final class TreeLimits extends TreeScanner<@Nullable Void, @Nullable Void> {
  private static final Set<Tree.Kind> COMPUTED =
      EnumSet.of(
          Tree.Kind.METHOD_INVOCATION,
          Tree.Kind.NEW_CLASS,
          Tree.Kind.NEW_ARRAY,
          Tree.Kind.ARRAY_ACCESS,
          Tree.Kind.LAMBDA_EXPRESSION,
          Tree.Kind.MEMBER_REFERENCE,
          Tree.Kind.SWITCH_EXPRESSION,
          Tree.Kind.ASSIGNMENT,
          Tree.Kind.INSTANCE_OF);

  private final String file;
  private final CompilationUnitTree unit;
  private final SourcePositions positions;
  private final ConstantLengths constants = new ConstantLengths();
  private boolean withinSum;
  private int count;

  private TreeLimits(String file, CompilationUnitTree unit, SourcePositions positions) {
    this.file = file;
    this.unit = unit;
    this.positions = positions;
  }

  /**
   * @throws MonitorException GUARDRAIL_COMPILE with the line of the method or constant
   */
  static void check(
      String file, Iterable<? extends CompilationUnitTree> units, SourcePositions positions) {
    for (CompilationUnitTree unit : units) {
      TreeLimits limits = new TreeLimits(file, unit, positions);
      limits.scan(unit, null);
      limits.constants.check(file);
    }
  }

  @Override
  public @Nullable Void scan(@Nullable Tree tree, @Nullable Void nothing) {
    if (tree instanceof StatementTree && !(tree instanceof BlockTree)) {
      count++;
    }
    if (tree != null && COMPUTED.contains(tree.getKind())) {
      constants.computed();
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

  @Override
  public @Nullable Void visitVariable(VariableTree variable, @Nullable Void nothing) {
    boolean outer = withinSum;
    withinSum = false;
    constants.variable(variable.getName().toString(), line(variable));
    super.visitVariable(variable, null);
    constants.end();
    withinSum = outer;
    return null;
  }

  @Override
  public @Nullable Void visitBinary(BinaryTree sum, @Nullable Void nothing) {
    if (withinSum) {
      return super.visitBinary(sum, null);
    }
    withinSum = true;
    constants.sum(line(sum));
    super.visitBinary(sum, null);
    constants.end();
    withinSum = false;
    return null;
  }

  @Override
  public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void nothing) {
    if (literal.getValue() instanceof String text) {
      constants.literal(text.length());
    }
    return null;
  }

  @Override
  public @Nullable Void visitIdentifier(IdentifierTree identifier, @Nullable Void nothing) {
    constants.name(identifier.getName().toString());
    return null;
  }

  @Override
  public @Nullable Void visitMemberSelect(MemberSelectTree select, @Nullable Void nothing) {
    constants.name(select.getIdentifier().toString());
    return super.visitMemberSelect(select, null);
  }

  private long line(Tree tree) {
    return unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
  }

  private MonitorException tooLong(MethodTree method) {
    long line = line(method);
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
