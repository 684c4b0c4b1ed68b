package io.vllmmonitor.persistence.memory;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.target.TargetId;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * How the entities of the API look as JSON: keys in snake case, enums as their constants, targets
 * as their instance, times and durations as {@link JsonTime} prints them. Two dialects share these
 * rules:
 *
 * <ul>
 *   <li>{@link #mapper()} for storage, where nothing may be lost: a time keeps its micro- and
 *       nanoseconds where it has any, NaN and the infinities are the texts {@code "NaN"}, {@code
 *       "+Inf"} and {@code "-Inf"}. Reading is strict.
 *   <li>{@link #restMapper()} for answers, where strangers read: times have exactly milliseconds,
 *       numbers that JSON does not know are {@code null}.
 * </ul>
 *
 * <p>Each call makes a new mapper, so that no caller can change another's; keep it, it is
 * thread-safe once configured.
 */
public final class HistoryJson {
  private HistoryJson() {}

  /** The mapper for storage; it reads back exactly what it wrote. */
  public static ObjectMapper mapper() {
    return build(true);
  }

  /** The mapper for REST answers; it is for writing. */
  public static ObjectMapper restMapper() {
    return build(false);
  }

  private static ObjectMapper build(boolean lossless) {
    return JsonMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .withCoercionConfig(
            LogicalType.Textual,
            config ->
                config
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .addModule(types(lossless))
        .build();
  }

  private static SimpleModule types(boolean lossless) {
    SimpleModule module = new SimpleModule("history");
    module.addSerializer(Instant.class, new InstantWriter(lossless));
    module.addDeserializer(Instant.class, new InstantReader());
    module.addSerializer(Duration.class, new DurationWriter(lossless));
    module.addDeserializer(Duration.class, new DurationReader());
    module.addSerializer(TargetId.class, new TargetWriter());
    module.addDeserializer(TargetId.class, new TargetReader());
    module.addSerializer(Double.class, new DoubleWriter(lossless));
    module.addSerializer(double.class, new DoubleWriter(lossless));
    module.addDeserializer(Double.class, new DoubleReader(Double.class));
    module.addDeserializer(double.class, new DoubleReader(double.class));
    return module;
  }

  private static final class InstantWriter extends StdScalarSerializer<Instant> {
    private static final long serialVersionUID = 1L;

    private final boolean lossless;

    InstantWriter(boolean lossless) {
      super(Instant.class);
      this.lossless = lossless;
    }

    @Override
    public void serialize(Instant value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(lossless ? JsonTime.exact(value) : JsonTime.millis(value));
    }
  }

  private static final class InstantReader extends StdScalarDeserializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantReader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      String text = text(in, context, this);
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw context.weirdStringException(text, Instant.class, e.toString());
      }
    }
  }

  private static final class DurationWriter extends StdScalarSerializer<Duration> {
    private static final long serialVersionUID = 1L;

    private final boolean lossless;

    DurationWriter(boolean lossless) {
      super(Duration.class);
      this.lossless = lossless;
    }

    @Override
    public void serialize(Duration value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(lossless ? JsonTime.exact(value) : JsonTime.millis(value));
    }
  }

  private static final class DurationReader extends StdScalarDeserializer<Duration> {
    private static final long serialVersionUID = 1L;

    DurationReader() {
      super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser in, DeserializationContext context) throws IOException {
      String text = text(in, context, this);
      try {
        return JsonTime.duration(text);
      } catch (DateTimeException | ArithmeticException | MonitorException e) {
        throw context.weirdStringException(text, Duration.class, e.toString());
      }
    }
  }

  private static final class TargetWriter extends StdScalarSerializer<TargetId> {
    private static final long serialVersionUID = 1L;

    TargetWriter() {
      super(TargetId.class);
    }

    @Override
    public void serialize(TargetId value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.instance());
    }
  }

  private static final class TargetReader extends StdScalarDeserializer<TargetId> {
    private static final long serialVersionUID = 1L;

    TargetReader() {
      super(TargetId.class);
    }

    @Override
    public TargetId deserialize(JsonParser in, DeserializationContext context) throws IOException {
      String text = text(in, context, this);
      try {
        return new TargetId(text);
      } catch (MonitorException e) {
        throw context.weirdStringException(text, TargetId.class, e.toString());
      }
    }
  }

  private static final class DoubleWriter extends StdScalarSerializer<Double> {
    private static final long serialVersionUID = 1L;

    private final boolean lossless;

    DoubleWriter(boolean lossless) {
      super(Double.class);
      this.lossless = lossless;
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        out.writeNumber(value);
      } else if (lossless) {
        out.writeString(value.isNaN() ? "NaN" : value > 0 ? "+Inf" : "-Inf");
      } else {
        out.writeNull();
      }
    }
  }

  private static final class DoubleReader extends StdScalarDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    private final boolean primitive;

    DoubleReader(Class<Double> type) {
      super(type);
      primitive = type.isPrimitive();
    }

    @Override
    public Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.hasToken(JsonToken.VALUE_STRING)) {
        String text = in.getText();
        return switch (text) {
          case "NaN" -> Double.NaN;
          case "+Inf" -> Double.POSITIVE_INFINITY;
          case "-Inf" -> Double.NEGATIVE_INFINITY;
          default ->
              throw context.weirdStringException(
                  text, Double.class, "expected a number, \"NaN\", \"+Inf\" or \"-Inf\"");
        };
      }
      if (!in.currentToken().isNumeric()) {
        throw context.wrongTokenException(
            in, Double.class, JsonToken.VALUE_NUMBER_FLOAT, "expected a number");
      }
      double value = in.getDoubleValue();
      if (!Double.isFinite(value)) {
        throw context.weirdStringException(in.getText(), Double.class, "beyond a double's range");
      }
      return value;
    }

    @Override
    public Double getNullValue(DeserializationContext context) throws JsonMappingException {
      if (primitive) {
        return context.reportInputMismatch(this, "a number is missing");
      }
      return super.getNullValue(context);
    }
  }

  private static String text(
      JsonParser in, DeserializationContext context, StdScalarDeserializer<?> reader)
      throws IOException {
    if (!in.hasToken(JsonToken.VALUE_STRING)) {
      throw context.wrongTokenException(
          in, reader.handledType(), JsonToken.VALUE_STRING, "expected a text");
    }
    return in.getText();
  }
}
