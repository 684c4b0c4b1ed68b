package io.vllmmonitor.persistence.memory;

import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.target.TargetId;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Makes entities with every component filled from a seed; new components are filled by type. */
final class RandomEntities {
  private static final double[] NUMBERS = {
    0.0,
    -0.0,
    0.1,
    Double.parseDouble("1e23"),
    2e-3,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    9007199254740992.0,
    1.0 / 3
  };
  private static final String[] TEXTS = {
    "", "plain", "quote \" and \\ and / and \n", "日本 𝒳 é", "\u0000\u001f\u2028", "null", "NaN"
  };

  private final Random random;

  RandomEntities(long seed) {
    random = new Random(seed);
  }

  <T> T make(Class<T> type) {
    return type.cast(value(type));
  }

  private Object value(Type type) {
    if (type instanceof ParameterizedType generic) {
      return collection(generic);
    }
    Class<?> plain = (Class<?>) type;
    if (plain == ActionPlan.class) {
      return new ActionPlan(
          text(), steps(1), steps(0), text(), Duration.ofMillis(5_000 + random.nextInt(3_595_000)));
    }
    if (plain == ActionStep.class) {
      return new ActionStep(
          text(), Map.of(text(), text()), Duration.ofMillis(1 + random.nextInt(300_000)));
    }
    if (plain == TargetId.class) {
      return new TargetId("host-" + random.nextInt(100) + ":8000/a b");
    }
    if (plain.isRecord()) {
      return recordOf(plain);
    }
    if (plain.isEnum()) {
      Object[] constants = plain.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    return scalar(plain);
  }

  private Object scalar(Class<?> type) {
    if (type == String.class) {
      return text();
    } else if (type == Instant.class) {
      return instant();
    } else if (type == Duration.class) {
      return duration();
    } else if (type == Double.class || type == double.class) {
      return random.nextInt(3) == 0 ? NUMBERS[random.nextInt(NUMBERS.length)] : number();
    } else if (type == boolean.class) {
      return random.nextBoolean();
    } else if (type == int.class) {
      return 1 + random.nextInt(Integer.MAX_VALUE - 1);
    } else if (type == long.class || type == Long.class) {
      return random.nextLong();
    }
    throw new IllegalArgumentException("no values of " + type);
  }

  private double number() {
    double value = Double.longBitsToDouble(random.nextLong());
    return Double.isNaN(value) ? Double.NaN : value;
  }

  private Instant instant() {
    Instant second = Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE));
    return switch (random.nextInt(4)) {
      case 0 -> second;
      case 1 -> second.plusMillis(random.nextInt(1_000));
      case 2 -> second.plusNanos(random.nextInt(1_000_000) * 1_000L);
      default -> second.plusNanos(random.nextInt(1_000_000_000));
    };
  }

  private Duration duration() {
    return switch (random.nextInt(4)) {
      case 0 -> Duration.ZERO;
      case 1 -> Duration.ofMillis(random.nextInt(Integer.MAX_VALUE));
      case 2 -> Duration.ofNanos(random.nextLong());
      default -> Duration.ofMillis(-random.nextInt(10_000));
    };
  }

  private Object collection(ParameterizedType type) {
    int size = random.nextInt(3);
    Type[] arguments = type.getActualTypeArguments();
    if (type.getRawType() == List.class) {
      List<Object> list = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        list.add(value(arguments[0]));
      }
      return list;
    }
    Map<Object, Object> map = new HashMap<>();
    for (int i = 0; i < size; i++) {
      map.put(value(arguments[0]), value(arguments[1]));
    }
    return map;
  }

  private List<ActionStep> steps(int fewest) {
    List<ActionStep> steps = new ArrayList<>();
    for (int i = fewest + random.nextInt(3); i > 0; i--) {
      steps.add((ActionStep) value(ActionStep.class));
    }
    return steps;
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)] + random.nextInt(1_000);
  }

  private Object recordOf(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] values = Arrays.stream(components).map(this::component).toArray();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("cannot make a " + type, e);
    }
  }

  private @Nullable Object component(RecordComponent component) {
    boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    if (nullable && random.nextBoolean()) {
      return null;
    }
    if (component.getName().equals("probability")) {
      return random.nextDouble();
    }
    if (component.getName().toLowerCase(Locale.ROOT).endsWith("count")
        && component.getType() == long.class) {
      return random.nextLong() >>> 1; // a count is never negative
    }
    return value(component.getGenericType());
  }
}
