#include "quant/pipeline.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "quant/observe.h"

namespace qs {

namespace {

using Stage = PtqAlgorithm::Stage;

class Pipeline {
  public:
    Pipeline(const QuantizationSource& source, Job& job) : source_(source), job_(job) {}

    Result<QuantizedNetwork> run() {
        QS_ASSIGN(made_.algorithms, inOrder(source_.known, source_.algorithms));
        QS_TRY(checkCalibrationFits());

        QS_ASSIGN(made_.prepared, prepare(source_.reference, source_.rules));
        QS_TRY(runAlgorithms(Stage::BeforeCalibration));
        QS_ASSIGN(made_.encodings, encodings());
        QS_TRY(runAlgorithms(Stage::AfterCalibration));
        QS_ASSIGN(made_.converted, convert(made_.prepared, made_.encodings));
        return std::move(made_);
    }

  private:
    /// Qparams that are given were chosen for a network that algorithms had changed already.
    Status checkCalibrationFits() const {
        for (const AlgorithmStep& step : made_.algorithms) {
            if (source_.calibration && !step.chosen &&
                source_.known.find(step.name)->stage == Stage::BeforeCalibration) {
                return usageError("algorithm '" + step.name +
                                      "' changes the network before it is calibrated: remove the recipe's "
                                      "calibration, so that it is calibrated again",
                                  {{"algorithm", step.name}});
            }
        }
        return {};
    }

    Result<Encodings> encodings() {
        if (source_.calibration || made_.prepared.observed.empty()) {
            Encodings given{source_.calibration.value_or(Calibration()), {}};
            QS_TRY(chooseWeightGrids(made_.prepared, given));
            return given;
        }
        if (!source_.observe) {
            return usageError("there are no qparams and no data to calibrate on");
        }
        QS_ASSIGN(const auto statistics, source_.observe(made_.prepared, job_));
        return chooseRanges(*statistics, made_.prepared);
    }

    Status runAlgorithms(Stage stage) {
        const Network reference = made_.prepared;
        for (AlgorithmStep& step : made_.algorithms) {
            const PtqAlgorithm& algorithm = *source_.known.find(step.name);
            if (algorithm.stage != stage) {
                continue;
            }
            if (!step.chosen) {
                if (!source_.data) {
                    return usageError("algorithm '" + step.name + "' has no data to run on",
                                      {{"algorithm", step.name}});
                }
                const AlgorithmContext context{reference, made_.prepared, made_.encodings, *source_.data};
                QS_ASSIGN(AlgorithmOutcome outcome, algorithm.apply(context, step.parameters, job_));
                step.chosen = std::move(outcome.layers);
                std::ranges::move(outcome.notes, std::back_inserter(made_.notes));
            }
            made_.reports.push_back({step.name, applyChanges(made_.prepared, *step.chosen)});
        }
        return {};
    }

    const QuantizationSource& source_;
    Job& job_;
    QuantizedNetwork made_;
};

}  // namespace

Result<QuantizedNetwork> quantizeNetwork(const QuantizationSource& source, Job& job) {
    return Pipeline(source, job).run();
}

}  // namespace qs
