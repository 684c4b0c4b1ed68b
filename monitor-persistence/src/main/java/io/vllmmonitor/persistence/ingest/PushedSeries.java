package io.vllmmonitor.persistence.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesKey;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts the identity of a pushed series together: as pushed, with {@code job} and {@code instance}
 * filled in where they are absent. Holds the limits on names and labels. Made for one series.
 */
final class PushedSeries {
  /** Something is not as the format wants it; the message says what was expected. */
  static final class Invalid extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Invalid(String expected) {
      super(expected, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /** Something is too long or too much; the message says what was expected. */
  static final class OverLimit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OverLimit(String expected) {
      super(expected, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  private final PushDefaults defaults;
  private final Map<String, String> labels = new TreeMap<>();
  private String name = "";

  PushedSeries(PushDefaults defaults) {
    this.defaults = defaults;
  }

  static boolean isNamePart(byte c, boolean colons, boolean digits) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || (colons && c == ':')
        || (digits && c >= '0' && c <= '9');
  }

  /** The metric name; checked here. */
  void name(byte[] text) {
    name = checkedName(text, true, "a metric name");
  }

  /** One label more; name and value are checked here. */
  void label(byte[] labelName, byte[] value) {
    String label = checkedName(labelName, false, "a label name");
    if (label.equals("__name__")) {
      throw new Invalid("no label called __name__");
    }
    if (value.length > IngestLimits.VALUE_BYTES) {
      throw new OverLimit("label values of at most " + IngestLimits.VALUE_BYTES + " bytes");
    }
    if (labels.put(label, utf8(value)) != null) {
      throw new Invalid("each label once, found '" + label + "' twice");
    }
    if (labels.size() > IngestLimits.LABELS) {
      throw new OverLimit("at most " + IngestLimits.LABELS + " labels");
    }
  }

  SeriesKey key() {
    if (name.isEmpty()) {
      throw new Invalid("a metric name");
    }
    labels.merge("job", defaults.job(), (own, absent) -> own.isEmpty() ? absent : own);
    labels.merge("instance", defaults.instance(), (own, absent) -> own.isEmpty() ? absent : own);
    if (instance().isBlank()) {
      throw new Invalid("an instance that is not blank");
    }
    return new SeriesKey(name, Labels.of(labels));
  }

  private String instance() {
    return labels.getOrDefault("instance", "");
  }

  private static String checkedName(byte[] text, boolean colons, String what) {
    if (text.length == 0) {
      throw new Invalid(what);
    }
    if (text.length > IngestLimits.NAME_BYTES) {
      throw new OverLimit("names of at most " + IngestLimits.NAME_BYTES + " bytes");
    }
    for (int i = 0; i < text.length; i++) {
      if (!isNamePart(text[i], colons, i > 0)) {
        throw new Invalid(what + " of letters, digits and _");
      }
    }
    return new String(text, ISO_8859_1);
  }

  private static String utf8(byte[] value) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      throw new Invalid("label values in UTF-8");
    }
  }
}
