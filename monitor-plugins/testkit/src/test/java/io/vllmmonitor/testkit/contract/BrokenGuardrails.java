package io.vllmmonitor.testkit.contract;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakeState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Contracts of guardrails that break one sentence each. */
final class BrokenGuardrails {
  private BrokenGuardrails() {}

  static final class BadId extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public String id() {
          return "1 queue";
        }
      };
    }
  }

  static final class ChangingId extends Queue.Contract {
    private int made;

    @Override
    protected Guardrail guardrail() {
      String id = "queue-" + made++;
      return new Queue() {
        @Override
        public String id() {
          return id;
        }
      };
    }
  }

  static final class UndescribedKey extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public ConfigSpec configSpec() {
          return ConfigSpec.of(new ConfigSpec.Key("most", "5", " "));
        }
      };
    }
  }

  static final class CamelCaseKey extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public ConfigSpec configSpec() {
          return ConfigSpec.of(new ConfigSpec.Key("mostWaiting", "5", "How many."));
        }
      };
    }
  }

  static final class SharedCount extends Queue.Contract {
    private static long shared;

    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public Verdict check(MetricView view) {
          looks = ++shared;
          return super.check(view);
        }
      };
    }
  }

  static final class CountsSaves extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public void saveState(StateWriter state) {
          looks++;
          super.saveState(state);
        }
      };
    }
  }

  static final class ForgetsHalf extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        private long unsaved;

        @Override
        public Verdict check(MetricView view) {
          unsaved++;
          Verdict verdict = super.check(view);
          return verdict instanceof Verdict.Breach ? Verdict.breach("breach " + unsaved) : verdict;
        }
      };
    }
  }

  static final class NeedsEveryField extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public void restoreState(StateReader state, int fromVersion) {
          if (!state.names().contains("looks")) {
            throw new IllegalStateException("no looks");
          }
          super.restoreState(state, fromVersion);
        }
      };
    }
  }

  static class NewState extends Queue {
    @Override
    public int stateVersion() {
      return 2;
    }

    @Override
    public void restoreState(StateReader state, int fromVersion) {
      looks = state.integer(fromVersion == 1 ? "seen" : "looks", 0);
    }
  }

  static final class ReadsOlderState extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new NewState();
    }

    @Override
    protected Map<Integer, FakeState> olderStates() {
      FakeState state = new FakeState();
      state.integer("seen", 9);
      return Map.of(1, state);
    }
  }

  static final class NamesNoOlderState extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new NewState();
    }
  }

  static final class DropsOlderState extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new NewState();
    }

    @Override
    protected Map<Integer, FakeState> olderStates() {
      FakeState state = new FakeState();
      state.integer("another_name", 9);
      return Map.of(1, state);
    }
  }

  static final class Dear extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        private long sink = 1;

        @Override
        public Verdict check(MetricView view) {
          for (int i = 0; i < 40_000_000; i++) {
            sink = sink * 31 + i;
          }
          return sink == 0 ? Verdict.pass() : super.check(view);
        }
      };
    }
  }

  static final class LooksAtTheClock extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public Verdict check(MetricView view) {
          return Instant.now().getEpochSecond() < 0 ? Verdict.pass() : super.check(view);
        }
      };
    }
  }

  static final class ReadsFiles extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public Verdict check(MetricView view) {
          return java.nio.file.Files.exists(java.nio.file.Path.of("/nowhere/at/all"))
              ? Verdict.pass()
              : super.check(view);
        }
      };
    }
  }

  static final class StumblesOverOddNumbers extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public Verdict check(MetricView view) {
          double waiting = view.sum("waiting");
          if (waiting < -1000) {
            throw new ArithmeticException("negative queue");
          }
          return super.check(view);
        }
      };
    }
  }

  static final class ThrowsAtItsEnd extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public void close() {
          throw new IllegalStateException("not now");
        }
      };
    }
  }

  static final class LeavesThread extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      Thread thread =
          new Thread(
              () -> {
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              "left-behind");
      thread.setDaemon(true);
      thread.start();
      return new Queue();
    }
  }

  static final class GrowsStatics extends Queue.Contract {
    private static final List<String> SEEN = new ArrayList<>();

    @Override
    protected Guardrail guardrail() {
      SEEN.add("one more");
      return new Queue();
    }
  }

  static final class LeavesThreadLocal extends Queue.Contract {
    private static final ThreadLocal<Guardrail> LAST = new ThreadLocal<>();

    @Override
    protected Guardrail guardrail() {
      Guardrail made = new Queue();
      LAST.set(made);
      return made;
    }
  }

  static final class ChangingSpec extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.REQUEST_BACKLOG, "d" + looks++);
        }
      };
    }
  }

  static final class AlwaysPasses extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public Verdict check(MetricView view) {
          return Verdict.pass();
        }
      };
    }
  }

  static final class AlwaysBreaks extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public Verdict check(MetricView view) {
          return Verdict.breach("always");
        }
      };
    }
  }

  static final class PassesWhatIsMissing extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public Verdict check(MetricView view) {
          return view.valueOr("waiting", 0) > 5 ? Verdict.breach("many wait") : Verdict.pass();
        }
      };
    }
  }

  static final class NeedsBothMetrics extends Queue.Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue() {
        @Override
        public Verdict check(MetricView view) {
          if (view.has("waiting") && !view.has("running")) {
            throw new IllegalStateException("no running");
          }
          return super.check(view);
        }
      };
    }

    @Override
    protected FakeMetricView healthyView() {
      return super.healthyView().sample("running", 1);
    }

    @Override
    protected FakeMetricView brokenView() {
      return super.brokenView().sample("running", 1);
    }
  }
}
