package io.vllmmonitor.api.sample;

import static java.util.Objects.requireNonNull;

/**
 * One condition on a label, as in {@code {engine="0"}}. An absent label matches as the empty
 * string. Immutable.
 *
 * @param value what to compare with; a pattern (RE2 syntax, anchored at both ends) for the two
 *     pattern operators
 */
public record LabelMatcher(String label, Operator operator, String value) {
  /** How label and value are compared. */
  public enum Operator {
    /** The value is this text. */
    EQUAL("="),
    /** The value is another than this text. */
    NOT_EQUAL("!="),
    /** The whole value matches this regular expression. */
    MATCHES("=~"),
    /** The value does not match this regular expression as a whole. */
    NOT_MATCHES("!~");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    /** As written in a selector. */
    public String sign() {
      return sign;
    }
  }

  public LabelMatcher {
    requireNonNull(label, "label");
    requireNonNull(operator, "operator");
    requireNonNull(value, "value");
  }

  @Override
  public String toString() {
    return label
        + operator.sign()
        + '"'
        + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")
        + '"';
  }
}
