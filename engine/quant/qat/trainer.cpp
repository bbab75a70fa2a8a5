#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <torch/optim/sgd.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include "core/guard.h"
#include "quant/qat.h"
#include "quant/qat/fake_quant_network.h"
#include "quant/qat/samples.h"

namespace qs {

namespace {

/// Points of the loss curve over a whole run, whatever its length.
constexpr int64_t curvePoints = 400;

Status checkSettings(const QatSettings& settings) {
    if (settings.epochs < 1 || settings.batch < 1) {
        return usageError("training needs at least one epoch and a batch of at least one sample");
    }
    if (!(settings.learningRate > 0) || !std::isfinite(settings.learningRate)) {
        return usageError("the learning rate must be a positive number");
    }
    return {};
}

class Trainer {
  public:
    Trainer(FakeQuantNetwork network, Samples train, Samples validation, const QatSettings& settings,
            Job& job)
        : network_(std::move(network)),
          train_(std::move(train)),
          validation_(std::move(validation)),
          settings_(settings),
          job_(job),
          random_(settings.seed),
          optimizer_(network_.parameters(), torch::optim::SGDOptions(settings.learningRate)
                                                .momentum(settings.momentum)
                                                .weight_decay(settings.weightDecay)),
          batch_(std::min(settings.batch, train_.size())),
          stepsPerEpoch_(train_.size() / batch_),
          steps_(stepsPerEpoch_ * settings.epochs),
          frozenFrom_(
              static_cast<int64_t>(std::ceil(settings.freezeBatchNormAfter * static_cast<double>(steps_)))) {}

    Result<QatResult> run() {
        const int64_t validationBatches = (validation_.size() + settings_.batch - 1) / settings_.batch;
        job_.begin("Training", steps_ + validationBatches * settings_.epochs);
        for (int epoch = 1; epoch <= settings_.epochs; ++epoch) {
            QS_TRY(trainEpoch(epoch));
            QS_ASSIGN(const double top1, validate());
            report(epoch, top1);
        }
        QS_ASSIGN(Calibration calibration, network_.calibration());
        return QatResult{network_.graph(), std::move(calibration), std::move(curve_)};
    }

  private:
    Status trainEpoch(int epoch) {
        std::vector<int64_t> order(static_cast<size_t>(train_.size()));
        std::iota(order.begin(), order.end(), int64_t{0});
        std::shuffle(order.begin(), order.end(), random_);
        const int64_t interval = std::max<int64_t>(1, steps_ / curvePoints);
        SampleBatches batches = train_.batches(std::move(order), batch_);
        for (int64_t i = 0; i < stepsPerEpoch_; ++i) {
            QS_ASSIGN(const Batch batch, batches.next());
            if (batch.size() < std::min<int64_t>(2, batch_)) {
                ++step_;  // none of these samples could be decoded, or one alone, which has no statistics
            } else {
                QS_TRY(trainStep(batch, epoch));
            }
            if (step_ % interval == 0 && i + 1 < stepsPerEpoch_) {
                report(epoch, -1);
            }
            QS_TRY(job_.step(++progress_));
        }
        return {};
    }

    Status trainStep(const Batch& batch, int epoch) {
        network_.setLive(step_ < frozenFrom_);
        setLearningRate();
        ++step_;
        QS_ASSIGN(const at::Tensor logits, forward(batch));
        const at::Tensor loss = at::cross_entropy_loss(logits, batch.labels);
        const auto value = loss.item<double>();
        if (!std::isfinite(value)) {
            return diverged("loss", epoch);
        }
        optimizer_.zero_grad();
        loss.backward();
        optimizer_.step();
        for (const at::Tensor& parameter : network_.parameters()) {
            // A sum is finite only if every element is.
            if (!std::isfinite(parameter.detach().sum().item<float>())) {
                return diverged("weights", epoch);
            }
        }
        lossSum_ += value;
        ++lossCount_;
        return {};
    }

    Error diverged(const std::string& what, int epoch) const {
        if (step_ == 1 && what == "loss") {
            return failure(
                "the loss is not finite before anything was trained: look at the training samples, their "
                "preprocessing and the model's weights");
        }
        return failure("training diverged at step " + std::to_string(step_) + " of epoch " +
                       std::to_string(epoch) + " (" + what + " not finite): use a lower learning rate");
    }

    void setLearningRate() {
        const double done = static_cast<double>(step_) / static_cast<double>(steps_);
        const double rate = settings_.learningRate * 0.5 * (1 + std::cos(std::numbers::pi * done));
        for (auto& group : optimizer_.param_groups()) {
            static_cast<torch::optim::SGDOptions&>(group.options()).lr(rate);
        }
    }

    /// Logits, checked against the labels.
    Result<at::Tensor> forward(const Batch& batch) {
        QS_ASSIGN(at::Tensor logits, network_.forward(batch.inputs));
        if (logits.dim() != 2) {
            return failure("the model's output has " + std::to_string(logits.dim()) +
                           " axes; training for classification needs samples x classes");
        }
        const auto last = batch.labels.max().item<int64_t>();
        if (last >= logits.size(1)) {
            return failure("the data has a label " + std::to_string(last) + ", but the model has only " +
                           std::to_string(logits.size(1)) + " classes");
        }
        return logits;
    }

    /// Top-1 in percent, as the converted model would have it.
    Result<double> validate() {
        const at::NoGradGuard noGrad;
        network_.setLive(false);
        int64_t right = 0;
        int64_t seen = 0;
        std::vector<int64_t> order(static_cast<size_t>(validation_.size()));
        std::iota(order.begin(), order.end(), int64_t{0});
        SampleBatches batches = validation_.batches(std::move(order), settings_.batch);
        for (int64_t begin = 0; begin < validation_.size(); begin += settings_.batch) {
            QS_ASSIGN(const Batch batch, batches.next());
            if (batch.size() > 0) {
                QS_ASSIGN(const at::Tensor logits, forward(batch));
                right += logits.argmax(1)
                             .eq(batch.labels)
                             .logical_and(logits.isnan().any(1).logical_not())
                             .sum()
                             .item<int64_t>();
                seen += batch.labels.size(0);
            }
            QS_TRY(job_.step(++progress_));
        }
        return seen > 0 ? 100.0 * static_cast<double>(right) / static_cast<double>(seen) : 0.0;
    }

    /// One point: the mean loss since the last one.
    void report(int epoch, double top1) {
        if (lossCount_ > 0) {
            loss_ = lossSum_ / static_cast<double>(lossCount_);
            lossSum_ = 0;
            lossCount_ = 0;
        }
        curve_.push_back({epoch, step_, loss_, top1});
        job_.training(curve_.back());
    }

    FakeQuantNetwork network_;
    Samples train_;
    Samples validation_;
    QatSettings settings_;
    Job& job_;
    std::mt19937_64 random_;
    torch::optim::SGD optimizer_;
    int64_t batch_;
    int64_t stepsPerEpoch_;  ///< full batches only: a last small one has poor batch statistics
    int64_t steps_;
    int64_t frozenFrom_;
    int64_t step_ = 0;
    int64_t progress_ = 0;
    double lossSum_ = 0;
    int64_t lossCount_ = 0;
    double loss_ = 0;
    std::vector<TrainingPoint> curve_;
};

}  // namespace

Result<QatResult> trainQat(const PreparedModel& model, const Calibration& initial, Dataset& train,
                           Dataset& validation, const QatSettings& settings, Job& job) {
    QS_TRY(checkSettings(settings));
    return guard("training", [&]() -> Result<QatResult> {
        const at::AutoGradMode gradients(true);
        QS_ASSIGN(FakeQuantNetwork network, FakeQuantNetwork::make(model, initial));
        if (network.parameters().empty()) {
            return failure("the network has no weights that can be trained");
        }
        QS_ASSIGN(Samples trainSamples, Samples::open(train, settings.trainSamples, "training", job));
        QS_ASSIGN(Samples validationSamples,
                  Samples::open(validation, settings.validationSamples, "validation", job));
        return Trainer(std::move(network), std::move(trainSamples), std::move(validationSamples), settings,
                       job)
            .run();
    });
}

}  // namespace qs
