package io.vllmmonitor.persistence.format;

/** The first byte of the body of a column. */
final class ColumnBody {
  static final int FORM_MASK = 3;
  static final int ORDER_SHIFT = 2;
  static final int ORDER_MASK = 3;
  static final int SIGNED = 1 << 4;
  static final int SPARSE = 1 << 5;
  static final int MINUS = 1 << 6;
  static final int EXCEPTIONS = 1 << 7;

  /** In the byte after it, beside the exponent: the residuals were shifted. */
  static final int SHIFTED = 1 << 7;

  private ColumnBody() {}
}
