#include "importers/inference_form.h"

#include <optional>
#include <set>
#include <string_view>

#include "importers/tracer.h"

namespace qs {

namespace {

constexpr char kDropout[] = "dropout is left out";
constexpr char kStatistics[] = "normalization uses its running statistics";
constexpr char kSlope[] = "rrelu uses its mean slope";

using Names = std::set<std::string, std::less<>>;

std::optional<size_t> positionOf(const c10::FunctionSchema& schema, std::string_view name) {
    const auto& declared = schema.arguments();
    for (size_t i = 0; i < declared.size(); ++i) {
        if (declared[i].name() == name) {
            return i;
        }
    }
    return std::nullopt;
}

/// The argument of this name; null where there is none.
c10::IValue* find(const c10::FunctionSchema& schema, Values& arguments, std::string_view name) {
    const auto position = positionOf(schema, name);
    return position && *position < arguments.size() ? &arguments[*position] : nullptr;
}

bool isTrue(const c10::IValue* value) {
    return value && value->isBool() && value->toBool();
}

bool isPositive(const c10::IValue* value) {
    return value && value->isScalar() && value->toScalar().to<double>() > 0;
}

bool isTensor(const c10::IValue* value) {
    return value && value->isTensor() && value->toTensor().defined();
}

/// "aten::dropout_" as "dropout".
std::string functionalName(const c10::FunctionSchema& schema) {
    const std::string& name = schema.name();
    const std::string base = name.substr(name.rfind(':') + 1);
    return isInPlace(base) ? base.substr(0, base.size() - 1) : base;
}

}  // namespace

std::string useInferenceForm(const c10::FunctionSchema& schema, Values& arguments) {
    static const Names kRandom = {"bernoulli",         "binomial",   "cauchy",      "exponential",
                                  "geometric",         "log_normal", "multinomial", "normal",
                                  "poisson",           "rand",       "rand_like",   "randint",
                                  "normal_functional", "randn",      "random",      "randint_like",
                                  "randn_like",        "randperm",   "uniform"};
    static const Names kDropouts = {"alpha_dropout", "dropout", "feature_alpha_dropout", "feature_dropout",
                                    "native_dropout"};
    static const Names kRecurrent = {"gru", "lstm", "rnn_relu", "rnn_tanh"};
    const std::string op = functionalName(schema);
    if (kRandom.contains(op)) {
        throw ImportError(
            "it draws random numbers, so that each run gives another result: save the model in "
            "inference mode, after model.eval(), or without them");
    }
    if (kDropouts.contains(op)) {
        c10::IValue* train = find(schema, arguments, "train");
        const bool drops = train && (train->isNone() || isTrue(train));
        if (drops && isPositive(find(schema, arguments, "p"))) {
            *train = false;
            return kDropout;
        }
    } else if (kRecurrent.contains(op)) {
        c10::IValue* train = find(schema, arguments, "train");
        if (isTrue(train) && isPositive(find(schema, arguments, "dropout"))) {
            *train = false;
            return kDropout;
        }
    } else if (op == "batch_norm" || op == "instance_norm") {
        c10::IValue* training = find(schema, arguments, op == "batch_norm" ? "training" : "use_input_stats");
        if (isTrue(training) && isTensor(find(schema, arguments, "running_mean")) &&
            isTensor(find(schema, arguments, "running_var"))) {
            *training = false;
            return kStatistics;
        }
    } else if (op == "rrelu" || op == "rrelu_with_noise") {
        c10::IValue* training = find(schema, arguments, "training");
        if (isTrue(training)) {
            *training = false;
            return kSlope;
        }
    } else if (isPositive(find(schema, arguments, "dropout_p"))) {  // attention, which leaves it out
        return kDropout;
    }
    return "";
}

}  // namespace qs
