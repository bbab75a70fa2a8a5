#include <memory>

#include "core/guard.h"
#include "data/loader.h"
#include "ops/evaluate.h"
#include "quant/ptq.h"
#include "quant/ptq/concatenations.h"

namespace qs {

namespace {

class Observers {
  public:
    static Result<Observers> make(const PreparedModel& model) {
        Observers all(model.graph);
        for (const auto& [value, qconfig] : model.observed) {
            QS_ASSIGN(all.observers_[value], makeActivationObserver(model, value, qconfig.activation));
        }
        return all;
    }

    void observe(ValueId value, const at::Tensor& x) {
        if (const auto it = observers_.find(value); it != observers_.end()) {
            it->second->observe(x);
        }
    }

    Result<Calibration> calibration() const {
        Calibration calibration;
        for (const auto& [value, observer] : observers_) {
            const std::string& name = graph_->value(value).name;
            auto qparams = observer->qparams();
            if (!qparams) {
                return failure("calibration of " + name + ": " + qparams.error().message);
            }
            calibration[name] = std::move(qparams).value();
        }
        return calibration;
    }

  private:
    explicit Observers(const Graph& graph) : graph_(&graph) {}

    const Graph* graph_;
    std::map<ValueId, std::unique_ptr<Observer>> observers_;
};

}  // namespace

Calibration fileCalibration(const Graph& graph) {
    Calibration calibration;
    for (const Value& value : graph.values()) {
        if (value.qparams && !value.constant) {
            calibration[value.name] = *value.qparams;
        }
    }
    return calibration;
}

Result<Calibration> calibrate(const PreparedModel& model, Dataset& data, int64_t samples, int64_t batch,
                              Job& job) {
    QS_ASSIGN(Observers observers, Observers::make(model));
    if (model.observed.empty()) {
        return Calibration{};
    }
    BatchStream stream(data, firstSamples(data, samples), {.batch = batch});
    int64_t seen = 0;
    job.begin("Calibrating", stream.total());
    for (;;) {
        QS_ASSIGN(const std::optional<Batch> read, stream.next());
        if (!read) {
            break;
        }
        seen += read->size();
        if (read->size() > 0) {
            QS_TRY(guard("calibration", [&]() -> Status {
                for (size_t i = 0; i < read->inputs.size(); ++i) {
                    observers.observe(model.graph.inputs().at(i), read->inputs[i]);
                }
                QS_TRY(evaluate(model.graph, read->inputs,
                                [&](const Node& node, std::span<const at::Tensor> outputs) {
                                    for (size_t i = 0; i < outputs.size(); ++i) {
                                        observers.observe(node.outputs[i], outputs[i]);
                                    }
                                }));
                return {};
            }));
        }
        QS_TRY(job.step(stream.done()));
    }
    if (seen == 0) {
        return failure("nothing to calibrate on: no sample of the data could be read and is finite");
    }
    QS_ASSIGN(Calibration calibration, observers.calibration());
    shareWithConcatenations(model, calibration);
    return calibration;
}

}  // namespace qs
