package dev.melange.optim;

import java.util.List;
import java.util.stream.LongStream;

/** The schedules behind the factories of {@link Schedule}; records, so that they print well. */
final class Schedules {
  private Schedules() {}

  record Constant(double learningRate) implements Schedule {
    Constant {
      checkRate("learningRate", learningRate);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return learningRate;
    }
  }

  record Polynomial(double from, double to, long total, double power) implements Schedule {
    Polynomial {
      checkRate("from", from);
      checkRate("to", to);
      checkCount("total", total, 1);
      if (!(power > 0 && Double.isFinite(power))) {
        throw new IllegalArgumentException("power must be positive and finite, got " + power);
      }
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return step >= total ? to : to + (from - to) * Math.pow(1 - (double) step / total, power);
    }
  }

  record Cosine(
      double peak, long warmup, double start, long total, double minimum, boolean fromZero)
      implements Schedule {
    Cosine {
      checkRate("peak", peak);
      checkCount("warmup", warmup, 0);
      checkRate("start", start);
      checkCount("total", total, 1);
      checkRate("minimum", minimum);
      if (warmup >= total) {
        throw new IllegalArgumentException(
            "warmup must be shorter than total, got %d of %d steps".formatted(warmup, total));
      }
    }

    @Override
    public double at(long step) {
      checkStep(step);
      if (step < warmup) {
        return start + (peak - start) * step / warmup;
      }
      if (step >= total) {
        return minimum;
      }
      long skipped = fromZero ? 0 : warmup;
      double share = (double) (step - skipped) / (total - skipped);
      return minimum + (peak - minimum) * (1 + Math.cos(Math.PI * share)) / 2;
    }
  }

  record Steps(double base, double gamma, long every) implements Schedule {
    Steps {
      checkRate("base", base);
      checkGamma(gamma);
      checkCount("every", every, 1);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return base * Math.pow(gamma, (double) (step / every));
    }
  }

  record Milestones(double base, double gamma, List<Long> milestones) implements Schedule {
    Milestones {
      checkRate("base", base);
      checkGamma(gamma);
      long last = 0;
      for (long milestone : milestones) {
        if (milestone <= last) {
          throw new IllegalArgumentException(
              "milestones must be positive and increasing, got " + milestones);
        }
        last = milestone;
      }
      milestones = List.copyOf(milestones);
    }

    static Milestones of(double base, double gamma, long... milestones) {
      return new Milestones(base, gamma, LongStream.of(milestones).boxed().toList());
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return base * Math.pow(gamma, (double) milestones.stream().filter(m -> m <= step).count());
    }
  }

  record Sequence(Schedule first, long steps, Schedule next) implements Schedule {
    Sequence {
      checkCount("steps", steps, 1);
    }

    @Override
    public double at(long step) {
      return step < steps ? first.at(step) : next.at(step - steps);
    }
  }

  record PerEpoch(Schedule epochs, long stepsPerEpoch) implements Schedule {
    PerEpoch {
      checkCount("stepsPerEpoch", stepsPerEpoch, 1);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return epochs.at(step / stepsPerEpoch);
    }
  }

  static void checkStep(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("steps count from 0, got " + step);
    }
  }

  static void checkRate(String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          name + " is a learning rate, finite and not negative; got " + value);
    }
  }

  static void checkCount(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " is a number of steps, at least " + least + "; got " + value);
    }
  }

  private static void checkGamma(double gamma) {
    if (!(gamma > 0 && Double.isFinite(gamma))) {
      throw new IllegalArgumentException("gamma must be positive and finite, got " + gamma);
    }
  }
}
