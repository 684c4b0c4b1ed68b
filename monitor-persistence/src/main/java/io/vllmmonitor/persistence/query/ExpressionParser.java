package io.vllmmonitor.persistence.query;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an expression by recursive descent, with Prometheus' grammar and precedence: {@code ^}
 * binds strongest and to the right, then signs, then {@code * / %}, then {@code + -}. Arithmetic
 * between numbers is done at once. What Prometheus knows and this engine does not is refused as
 * QUERY_UNSUPPORTED, what Prometheus would refuse as QUERY_MALFORMED. Confined to one parse.
 */
final class ExpressionParser {
  private static final int DEEPEST = 100;
  private static final Set<String> SET_OPERATORS = Set.of("and", "or", "unless", "atan2");
  private static final List<String> COMPARISONS = List.of("==", "!=", ">=", "<=", ">", "<");

  private final TextCursor cursor;
  private final SelectorReader selectors;
  private int depth;

  private ExpressionParser(String text) {
    cursor = new TextCursor(text);
    selectors = new SelectorReader(cursor);
  }

  /**
   * @throws io.vllmmonitor.api.error.MonitorException QUERY_MALFORMED, QUERY_UNSUPPORTED or
   *     QUERY_TOO_LARGE
   */
  static Expression parse(String text) {
    ExpressionParser parser = new ExpressionParser(text);
    Expression expression = parser.sum();
    if (parser.cursor.skipBlank()) {
      throw parser.cursor.malformed("an operator or the end");
    }
    return expression;
  }

  private Expression sum() {
    Expression left = product();
    while (true) {
      int position = operatorAhead();
      if (cursor.take("+")) {
        Expression right = product();
        left = calculate(position, '+', left, right);
      } else if (cursor.take("-")) {
        Expression right = product();
        left = calculate(position, '-', left, right);
      } else {
        return left;
      }
    }
  }

  private Expression product() {
    Expression left = signed();
    while (true) {
      int position = operatorAhead();
      char operator = cursor.peek();
      if (operator != '*' && operator != '/' && operator != '%') {
        return left;
      }
      cursor.moveTo(position + 1);
      left = calculate(position, operator, left, signed());
    }
  }

  private Expression signed() {
    cursor.skipBlank();
    int position = cursor.position();
    char sign = cursor.peek();
    if (sign != '+' && sign != '-') {
      return power();
    }
    enter();
    cursor.moveTo(position + 1);
    Expression operand = signed();
    depth--;
    if (operand instanceof Expression.NumberValue number) {
      return sign == '-' ? new Expression.NumberValue(-number.value()) : number;
    }
    if (isInstantVector(operand)) {
      throw cursor.unsupported(position, "a sign before a vector");
    }
    throw cursor.wrong(
        position, "a sign belongs before a scalar or an instant vector, found a " + operand.type());
  }

  private Expression power() {
    Expression base = primary();
    int position = operatorAhead();
    if (!cursor.take("^")) {
      return base;
    }
    enter();
    Expression exponent = signed(); // binds to the right, and may carry a sign
    depth--;
    return calculate(position, '^', base, exponent);
  }

  /** The position of what follows an operand; refuses the operators that are not supported. */
  private int operatorAhead() {
    cursor.skipBlank();
    int position = cursor.position();
    for (String comparison : COMPARISONS) {
      if (cursor.looksAt(comparison)) {
        throw cursor.unsupported(position, "the comparison '" + comparison + "'");
      }
    }
    String word = cursor.peekWord().toLowerCase(Locale.ROOT);
    if (SET_OPERATORS.contains(word)) {
      throw cursor.unsupported(position, "the operator '" + word + "'");
    }
    return position;
  }

  private Expression calculate(int position, char operator, Expression left, Expression right) {
    if (left instanceof Expression.NumberValue x && right instanceof Expression.NumberValue y) {
      return new Expression.NumberValue(calculate(operator, x.value(), y.value()));
    }
    for (Expression side : List.of(left, right)) {
      if (!(side instanceof Expression.NumberValue) && !isInstantVector(side)) {
        throw cursor.wrong(
            position,
            "'" + operator + "' wants scalars or instant vectors, found a " + side.type());
      }
    }
    throw cursor.unsupported(position, "'" + operator + "' with a vector");
  }

  private static double calculate(char operator, double x, double y) {
    return switch (operator) {
      case '+' -> x + y;
      case '-' -> x - y;
      case '*' -> x * y;
      case '/' -> x / y;
      case '%' -> x % y;
      case '^' -> Numbers.power(x, y);
      default -> throw new IllegalStateException("operator " + operator);
    };
  }

  private static boolean isInstantVector(Expression expression) {
    return expression instanceof Expression.Function
        || (expression instanceof Expression.Series series && series.range() == 0);
  }

  private Expression primary() {
    cursor.skipBlank();
    char c = cursor.peek();
    Expression operand;
    if (c == '(') {
      operand = parenthesised();
    } else if (cursor.atNumber()) {
      operand = new Expression.NumberValue(cursor.number());
    } else if (c == '"' || c == '\'' || c == '`') {
      operand = new Expression.TextValue(cursor.quoted());
    } else if (c == '{') {
      return selectors.matchersOnly();
    } else {
      String word = cursor.peekWord();
      switch (word.toLowerCase(Locale.ROOT)) {
        case "" -> {
          throw cursor.malformed("a number, a selector or '('");
        }
        case "inf" -> operand = constant(Double.POSITIVE_INFINITY);
        case "nan" -> operand = constant(Double.NaN);
        default -> {
          Optional<RangeFunction> function = RangeFunction.of(word);
          if (function.isEmpty() || !isCalled(word)) {
            return selectors.named();
          }
          operand = call(function.get());
        }
      }
    }
    refuseModifiersOf(operand);
    return operand;
  }

  /** Whether the word ahead stands before a parenthesis; a metric may have the same name. */
  private boolean isCalled(String word) {
    int position = cursor.position();
    cursor.moveTo(position + word.length());
    cursor.skipBlank();
    boolean called = cursor.peek() == '(';
    cursor.moveTo(position);
    return called;
  }

  private Expression call(RangeFunction function) {
    enter();
    cursor.word();
    cursor.expect("(", "'('");
    double parameter = 0;
    if (function == RangeFunction.QUANTILE_OVER_TIME) {
      int position = cursor.position();
      if (!(sum() instanceof Expression.NumberValue number)) {
        throw cursor.wrong(position, function.text() + " wants a number first, then a range");
      }
      parameter = number.value();
      cursor.expect(",", "','");
    }
    int position = cursor.position();
    Expression argument = sum();
    cursor.expect(")", "')'");
    depth--;
    if (argument instanceof Expression.Series series && series.range() > 0) {
      return new Expression.Function(function, parameter, series);
    }
    throw cursor.wrong(
        position, function.text() + " wants a range vector, found a " + argument.type());
  }

  private Expression constant(double value) {
    cursor.word();
    return new Expression.NumberValue(value);
  }

  private Expression parenthesised() {
    enter();
    cursor.expect("(", "'('");
    Expression inner = sum();
    cursor.expect(")", "an operator or ')'");
    depth--;
    return inner;
  }

  private void enter() {
    if (++depth > DEEPEST) {
      throw cursor.wrong(
          cursor.position(), "it nests deeper than " + DEEPEST + " levels; write it flatter");
    }
  }

  private void refuseModifiersOf(Expression operand) {
    cursor.skipBlank();
    int position = cursor.position();
    if (cursor.peek() == '[') {
      throw selectors.misplacedBrackets();
    }
    if (cursor.peek() == '@' || cursor.peekWord().equalsIgnoreCase("offset")) {
      throw cursor.wrong(
          position,
          "offset and '@' belong directly behind a selector, found them behind a "
              + operand.type());
    }
  }
}
