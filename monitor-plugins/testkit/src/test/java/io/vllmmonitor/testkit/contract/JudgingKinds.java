package io.vllmmonitor.testkit.contract;

import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.testkit.plugin.FailurePredictorContract;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.LearnerContract;
import io.vllmmonitor.testkit.plugin.MitigationStrategyContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Contracts of predictors, strategies and learners: good ones and broken ones. */
final class JudgingKinds {
  private JudgingKinds() {}

  abstract static class PredictorContract extends FailurePredictorContract {
    @Override
    protected FakeMetricView calmView() {
      return FakeMetricView.empty().sample("used", 0.1);
    }

    @Override
    protected FakeMetricView failingView() {
      return FakeMetricView.empty().sample("used", 0.9);
    }
  }

  static final class GoodPredictor extends PredictorContract {
    @Override
    protected FailurePredictor predictor() {
      return new OtherKinds.Filling();
    }
  }

  static final class SeesNothing extends PredictorContract {
    @Override
    protected FailurePredictor predictor() {
      return new OtherKinds.Filling() {
        @Override
        public Forecast predict(MetricView view) {
          return Forecast.none();
        }
      };
    }
  }

  static final class SeesAlways extends PredictorContract {
    @Override
    protected FailurePredictor predictor() {
      return new OtherKinds.Filling() {
        @Override
        public Forecast predict(MetricView view) {
          return Forecast.failure(FailureKind.CPU_EXHAUSTION, 0.5);
        }
      };
    }
  }

  static final class CalmWithoutData extends PredictorContract {
    @Override
    protected FailurePredictor predictor() {
      return new OtherKinds.Filling() {
        @Override
        public Forecast predict(MetricView view) {
          return view.valueOr("used", 0) > 0.5 ? super.predict(view) : Forecast.none();
        }
      };
    }
  }

  static final class EndlessHorizon extends PredictorContract {
    @Override
    protected FailurePredictor predictor() {
      return new OtherKinds.Filling() {
        @Override
        public Duration horizon() {
          return Duration.ZERO;
        }
      };
    }
  }

  static final class CrossedInterval extends PredictorContract {
    @Override
    protected FailurePredictor predictor() {
      return new OtherKinds.Filling() {
        @Override
        public Forecast predict(MetricView view) {
          return super.predict(view)
              .match(none -> none, failure -> failure.withinSeconds(60, 5), unknown -> unknown);
        }
      };
    }
  }

  static final class DividesByNothing extends PredictorContract {
    @Override
    protected FailurePredictor predictor() {
      return new OtherKinds.Filling() {
        @Override
        public Forecast predict(MetricView view) {
          double left = 1 - view.max("used");
          return left < 0.5
              ? Forecast.failure(FailureKind.CACHE_OVERFLOW, 0.5)
                  .because("little is left")
                  .withTimeToFailureSeconds(left * 100)
              : Forecast.none();
        }
      };
    }
  }

  abstract static class StrategyContract extends MitigationStrategyContract {
    @Override
    protected Incident incident() {
      return OtherKinds.Drain.incident();
    }

    @Override
    protected FakeMetricView viewOfIncident() {
      return FakeMetricView.empty().sample("waiting", 50);
    }

    @Override
    protected TargetCapabilities capabilities() {
      return new TargetCapabilities("0.32.0", Set.of(OtherKinds.Drain.ROUTE));
    }
  }

  static final class GoodStrategy extends StrategyContract {
    @Override
    protected MitigationStrategy strategy() {
      return new OtherKinds.Drain();
    }
  }

  static final class FitsNothing extends StrategyContract {
    @Override
    protected MitigationStrategy strategy() {
      return new OtherKinds.Drain() {
        @Override
        public double suitability(Incident incident, MetricView view, TargetCapabilities offered) {
          return 0;
        }
      };
    }
  }

  static final class FitsEverything extends StrategyContract {
    @Override
    protected MitigationStrategy strategy() {
      return new OtherKinds.Drain() {
        @Override
        public double suitability(Incident incident, MetricView view, TargetCapabilities offered) {
          return 1;
        }
      };
    }
  }

  static final class FitsBeyondOne extends StrategyContract {
    @Override
    protected MitigationStrategy strategy() {
      return new OtherKinds.Drain() {
        @Override
        public double suitability(Incident incident, MetricView view, TargetCapabilities offered) {
          return view.sum("waiting") / 100;
        }
      };
    }
  }

  static final class TellsNoPrice extends StrategyContract {
    @Override
    protected MitigationStrategy strategy() {
      return new OtherKinds.Drain() {
        @Override
        public ActionPlan plan(Incident incident, MetricView view) {
          ActionPlan plan = super.plan(incident, view);
          return new ActionPlan(
              plan.summary(), plan.steps(), plan.rollback(), " ", plan.verificationWindow());
        }
      };
    }
  }

  static final class PlansDiffer extends StrategyContract {
    private int made;

    @Override
    protected MitigationStrategy strategy() {
      int number = made++;
      return new OtherKinds.Drain() {
        @Override
        public ActionPlan plan(Incident incident, MetricView view) {
          ActionPlan plan = super.plan(incident, view);
          return new ActionPlan(
              "plan " + number,
              plan.steps(),
              plan.rollback(),
              plan.blastRadius(),
              plan.verificationWindow());
        }
      };
    }
  }

  static final class ClaimsSuccess extends StrategyContract {
    @Override
    protected MitigationStrategy strategy() {
      return new OtherKinds.Drain() {
        @Override
        public Measurement verify(Incident incident, MetricView before, MetricView after) {
          return Measurement.of(MitigationOutcome.SUCCESS, "it must have helped");
        }
      };
    }
  }

  static final class GoodLearner extends LearnerContract {
    @Override
    protected Learner learner() {
      return new OtherKinds.Counting();
    }
  }

  static final class RanksItsOwn extends LearnerContract {
    @Override
    protected Learner learner() {
      return new OtherKinds.Counting() {
        @Override
        public Advice advise(DecisionQuery query) {
          List<Advice.Ranked> ranking = new ArrayList<>(super.advise(query).ranking());
          ranking.add(new Advice.Ranked("mine", 0, "better"));
          return new Advice(ranking);
        }
      };
    }
  }

  static final class RanksBackwards extends LearnerContract {
    @Override
    protected Learner learner() {
      return new OtherKinds.Counting() {
        @Override
        public Advice advise(DecisionQuery query) {
          List<Advice.Ranked> ranking = new ArrayList<>(super.advise(query).ranking());
          Collections.reverse(ranking);
          return new Advice(ranking);
        }
      };
    }
  }

  static final class CountsTwice extends LearnerContract {
    @Override
    protected Learner learner() {
      return new OtherKinds.Counting() {
        @Override
        public void observe(LearningEvent event) {
          known.clear();
          super.observe(event);
        }
      };
    }
  }

  static final class ForgetsWhatItKnew extends LearnerContract {
    @Override
    protected Learner learner() {
      return new OtherKinds.Counting() {
        @Override
        public void restoreState(io.vllmmonitor.api.extension.StateReader state, int fromVersion) {
          observations = state.integer("observations", 0);
        }
      };
    }
  }

  static final class StartsWithKnowledge extends LearnerContract {
    @Override
    protected Learner learner() {
      OtherKinds.Counting learner = new OtherKinds.Counting();
      learner.observations = 3;
      return learner;
    }
  }
}
