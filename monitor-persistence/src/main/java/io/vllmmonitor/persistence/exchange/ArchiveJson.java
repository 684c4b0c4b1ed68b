package io.vllmmonitor.persistence.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Optional;

/** JSON as archives have it: one value, no key twice, numbers kept as they are written. */
final class ArchiveJson {
  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(ArchiveLimits.standard().lineBytes())
                  .build())
          .build();

  private ArchiveJson() {}

  /** Copies the value the parser stands on, letter by letter where it was written compactly. */
  static void copy(JsonParser in, JsonGenerator out) throws IOException {
    int depth = 0;
    do {
      JsonToken token = in.currentToken();
      if (token == null) {
        throw new IOException("the value ends early");
      }
      switch (token) {
        case START_OBJECT -> {
          out.writeStartObject();
          depth++;
        }
        case START_ARRAY -> {
          out.writeStartArray();
          depth++;
        }
        case END_OBJECT -> {
          out.writeEndObject();
          depth--;
        }
        case END_ARRAY -> {
          out.writeEndArray();
          depth--;
        }
        case FIELD_NAME -> out.writeFieldName(in.currentName());
        case VALUE_STRING -> out.writeString(in.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.writeNumber(in.getText());
        case VALUE_TRUE -> out.writeBoolean(true);
        case VALUE_FALSE -> out.writeBoolean(false);
        case VALUE_NULL -> out.writeNull();
        default -> throw new IOException("unexpected " + token);
      }
    } while (depth > 0 && in.nextToken() != JsonToken.NOT_AVAILABLE);
  }

  /** The value the parser stands on, as text. */
  static String text(JsonParser in) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      copy(in, out);
    }
    return text.toString();
  }

  /** Whether a text is one JSON value that {@link #copy} gives back letter by letter. */
  static boolean isCopied(String json) {
    return copied(json).filter(json::equals).isPresent();
  }

  private static Optional<String> copied(String json) {
    try (JsonParser in = FACTORY.createParser(json)) {
      if (in.nextToken() == null) {
        return Optional.empty();
      }
      String copy = text(in);
      return in.nextToken() == null ? Optional.of(copy) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it is no JSON, or not ours; then it is kept as a text
    }
  }
}
