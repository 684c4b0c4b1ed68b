package io.vllmmonitor.core.script;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_COMPILE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.codehaus.commons.compiler.Location;
import org.codehaus.janino.Java;
import org.codehaus.janino.util.AbstractTraverser;

/**
 * Refuses, with a hint, what Janino parses and then compiles wrongly or not at all, and methods
 * that are too long to compile quickly. Confined to one thread.
 */
final class DialectLint extends AbstractTraverser<RuntimeException> {
  static final int MOST_STATEMENTS = 500;

  private final String file;
  private final Deque<int[]> counts = new ArrayDeque<>();

  /** What a jump would leave, innermost first, one list per function. */
  private final Deque<Deque<Scope>> scopes = new ArrayDeque<>();

  private final ConstantLengths constants = new ConstantLengths();
  private boolean withinSum;
  private boolean needsRepair;

  /** A statement that a jump can leave. */
  private enum Scope {
    LOOP,
    SWITCH,
    FINALLY
  }

  DialectLint(String file) {
    this.file = file;
  }

  /** Whether a try with both catch and finally was seen. */
  boolean needsRepair() {
    return needsRepair;
  }

  /**
   * Looks at a whole source.
   *
   * @throws MonitorException GUARDRAIL_COMPILE with the place of what is refused
   */
  void check(Java.AbstractCompilationUnit unit) {
    visitAbstractCompilationUnit(unit);
    constants.check(file);
  }

  @Override
  public void traverseFieldDeclaration(Java.FieldDeclaration declaration) {
    variables(declaration.variableDeclarators, declaration.getLocation());
    super.traverseFieldDeclaration(declaration);
  }

  @Override
  public void traverseLocalVariableDeclarationStatement(
      Java.LocalVariableDeclarationStatement declaration) {
    variables(declaration.variableDeclarators, declaration.getLocation());
    super.traverseLocalVariableDeclarationStatement(declaration);
  }

  /** The initial values alone; the walk that follows sees them once more, as sums. */
  private void variables(Java.VariableDeclarator[] declarators, Location at) {
    for (Java.VariableDeclarator declarator : declarators) {
      if (declarator.initializer instanceof Java.Rvalue value) {
        constants.variable(declarator.name, at.getLineNumber());
        new Constants().visitAtom(value);
        constants.end();
      }
    }
  }

  /** Adds up what one expression holds. */
  private final class Constants extends AbstractTraverser<RuntimeException> {
    @Override
    public void traverseStringLiteral(Java.StringLiteral literal) {
      constants.literal(literal.value.length());
    }

    @Override
    public void traverseMethodInvocation(Java.MethodInvocation call) {
      constants.computed();
      super.traverseMethodInvocation(call);
    }

    @Override
    public void traverseNewClassInstance(Java.NewClassInstance made) {
      constants.computed();
      super.traverseNewClassInstance(made);
    }

    @Override
    public void traverseAmbiguousName(Java.AmbiguousName name) {
      constants.name(name.identifiers[name.n - 1]);
    }
  }

  @Override
  public void traverseBinaryOperation(Java.BinaryOperation sum) {
    if (withinSum) {
      super.traverseBinaryOperation(sum);
      return;
    }
    withinSum = true;
    constants.sum(sum.getLocation().getLineNumber());
    new Constants().visitAtom(sum);
    constants.end();
    super.traverseBinaryOperation(sum);
    withinSum = false;
  }

  @Override
  public void traverseFunctionDeclarator(Java.FunctionDeclarator declarator) {
    counts.push(new int[1]);
    scopes.push(new ArrayDeque<>());
    super.traverseFunctionDeclarator(declarator);
    scopes.pop();
    counts.pop();
  }

  @Override
  public void traverseStatement(Java.Statement statement) {
    int[] count = counts.peek();
    if (count != null && ++count[0] > MOST_STATEMENTS) {
      throw error(
          file,
          statement.getLocation(),
          "a method of more than " + MOST_STATEMENTS + " statements",
          "split it");
    }
    super.traverseStatement(statement);
  }

  @Override
  public void traverseTryStatement(Java.TryStatement statement) {
    if (!statement.resources.isEmpty()) {
      throw lacks(DialectGap.TRY_WITH_RESOURCES, statement.getLocation());
    }
    for (Java.CatchClause clause : statement.catchClauses) {
      if (clause.catchParameter.types.length > 1) {
        throw lacks(DialectGap.MULTI_CATCH, clause.getLocation());
      }
    }
    needsRepair |= !statement.catchClauses.isEmpty() && statement.finallY != null;
    if (statement.finallY == null) {
      super.traverseTryStatement(statement);
    } else {
      within(Scope.FINALLY, () -> super.traverseTryStatement(statement));
    }
  }

  @Override
  public void traverseReturnStatement(Java.ReturnStatement statement) {
    if (current().contains(Scope.FINALLY)) {
      throw leavesFinally(statement.getLocation());
    }
    super.traverseReturnStatement(statement);
  }

  @Override
  public void traverseBreakStatement(Java.BreakStatement statement) {
    checkJump(statement.label != null, true, statement.getLocation());
    super.traverseBreakStatement(statement);
  }

  @Override
  public void traverseContinueStatement(Java.ContinueStatement statement) {
    checkJump(statement.label != null, false, statement.getLocation());
    super.traverseContinueStatement(statement);
  }

  @Override
  public void traverseForStatement(Java.ForStatement statement) {
    within(Scope.LOOP, () -> super.traverseForStatement(statement));
  }

  @Override
  public void traverseForEachStatement(Java.ForEachStatement statement) {
    within(Scope.LOOP, () -> super.traverseForEachStatement(statement));
  }

  @Override
  public void traverseWhileStatement(Java.WhileStatement statement) {
    within(Scope.LOOP, () -> super.traverseWhileStatement(statement));
  }

  @Override
  public void traverseDoStatement(Java.DoStatement statement) {
    within(Scope.LOOP, () -> super.traverseDoStatement(statement));
  }

  @Override
  public void traverseSwitchStatement(Java.SwitchStatement statement) {
    within(Scope.SWITCH, () -> super.traverseSwitchStatement(statement));
  }

  private void checkJump(boolean labelled, boolean switchEndsIt, Location at) {
    for (Scope scope : current()) {
      if (scope == Scope.FINALLY) {
        throw leavesFinally(at);
      }
      if (!labelled && (scope == Scope.LOOP || switchEndsIt)) {
        return;
      }
    }
  }

  private Deque<Scope> current() {
    Deque<Scope> innermost = scopes.peek();
    return innermost == null ? new ArrayDeque<>() : innermost;
  }

  private void within(Scope scope, Runnable traversal) {
    Deque<Scope> enclosing = current();
    enclosing.push(scope);
    traversal.run();
    enclosing.pop();
  }

  /** Janino puts the finally block inside the range of its own handler: it could run twice. */
  private MonitorException leavesFinally(Location at) {
    return lacks(DialectGap.JUMP_OUT_OF_FINALLY, at);
  }

  @Override
  public void traverseLambdaExpression(Java.LambdaExpression expression) {
    throw lacks(DialectGap.LAMBDA, expression.getLocation());
  }

  @Override
  public void traverseMethodReference(Java.MethodReference reference) {
    throw lacks(DialectGap.METHOD_REFERENCE, reference.getLocation());
  }

  @Override
  public void traverseSynchronizedStatement(Java.SynchronizedStatement statement) {
    throw error(
        file,
        statement.getLocation(),
        "synchronized is not allowed",
        "an instance is called by one thread only");
  }

  @Override
  public void traverseAssertStatement(Java.AssertStatement statement) {
    throw error(
        file,
        statement.getLocation(),
        "assert is not in this dialect",
        "throw an IllegalStateException");
  }

  private MonitorException lacks(DialectGap gap, Location at) {
    return error(file, at, "this is not in the dialect", gap.hint());
  }

  /** A compile error with its place. */
  static MonitorException error(String file, Location at, String message, String hint) {
    String place =
        at == null
            ? file
            : file + " line " + at.getLineNumber() + ", column " + at.getColumnNumber();
    return new MonitorException(
        GUARDRAIL_COMPILE,
        Blame.PLUGIN,
        place + ": " + message + (hint.isEmpty() ? "" : ". Hint: " + hint));
  }
}
