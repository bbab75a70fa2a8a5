// Every integer argument of every operator that an op entry opens, and of those that small files can make
// large constants with, replaced by numbers that no network has: the tracer takes the call or refuses it in
// one line.

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "fuzz/message_check.h"
#include "fuzz/sandbox.h"
#include "importers/tracer.h"
#include "ops/evaluate.h"
#include "ops/op.h"

namespace qs::test {
namespace {

constexpr int64_t kNumbers[] = {1,
                                0,
                                -1,
                                std::numeric_limits<int64_t>::min(),
                                int64_t{1} << 31,
                                int64_t{1} << 40,
                                std::numeric_limits<int64_t>::max()};

/// What makes much of little.
constexpr const char* kCreators[] = {"aten::zeros",
                                     "aten::ones",
                                     "aten::full",
                                     "aten::empty",
                                     "aten::arange",
                                     "aten::linspace",
                                     "aten::eye",
                                     "aten::repeat",
                                     "aten::tile",
                                     "aten::expand",
                                     "aten::new_zeros",
                                     "aten::new_full",
                                     "aten::split",
                                     "aten::chunk",
                                     "aten::unbind",
                                     "aten::one_hot",
                                     "aten::narrow",
                                     "aten::unfold",
                                     "aten::im2col",
                                     "aten::col2im",
                                     "aten::repeat_interleave",
                                     "aten::as_strided",
                                     "aten::group_norm",
                                     "aten::pixel_shuffle",
                                     "aten::topk",
                                     "aten::tensor_split",
                                     "aten::reflection_pad2d",
                                     "aten::roll",
                                     "aten::select",
                                     "aten::pixel_unshuffle",
                                     "aten::replication_pad2d",
                                     "aten::constant_pad_nd",
                                     "aten::avg_pool3d",
                                     "aten::max_pool3d",
                                     "aten::adaptive_max_pool2d",
                                     "aten::hann_window"};

/// One integer argument of one overload, and what it becomes.
struct Mutation {
    c10::OperatorHandle handle;
    size_t argument;
    int64_t value;
    size_t length;    ///< of an argument that is a list
    bool isConstant;  ///< whether all tensors are constants
};

bool isIntegers(const c10::Argument& argument) {
    const std::string type = argument.type()->str();
    return type == "int" || type == "int[]" || type == "int?" || type == "int[]?";
}

/// Whether it writes into tensors that it is given beside the first.
bool hasOutputArguments(const c10::FunctionSchema& schema) {
    return std::any_of(schema.arguments().begin(), schema.arguments().end(),
                       [&](const c10::Argument& argument) {
                           return &argument != schema.arguments().data() && argument.alias_info() &&
                                  argument.alias_info()->isWrite();
                       });
}

std::vector<Mutation> mutationsOfAll() {
    std::set<std::string> names(std::begin(kCreators), std::end(kCreators));
    for (const auto& [name, def] : ops().entries()) {
        for (const AtenBinding& binding : def.aten) {
            names.insert(binding.schema);
        }
    }
    std::vector<Mutation> all;
    for (const auto& name : c10::Dispatcher::singleton().getAllOpNames()) {
        const auto handle = c10::Dispatcher::singleton().findSchema(name);
        if (!names.contains(name.name) || !handle || hasOutputArguments(handle->schema())) {
            continue;
        }
        const auto& arguments = handle->schema().arguments();
        for (size_t i = 0; i < arguments.size(); ++i) {
            for (const int64_t value : kNumbers) {
                for (const size_t length : {size_t{0}, size_t{1}, size_t{2}, size_t{4}}) {
                    const bool isList = arguments[i].type()->str().starts_with("int[]");
                    if (isIntegers(arguments[i]) && (isList || length == 1)) {
                        all.push_back({*handle, i, value, length, false});
                        all.push_back({*handle, i, value, length, true});
                    }
                }
            }
        }
    }
    return all;
}

/// A tensor for an argument: an image, or a weight that goes with it.
at::Tensor tensorFor(const std::string& op, const std::string& argument) {
    const bool isWeight = argument == "weight";
    if (isWeight && op.find("conv") != std::string::npos) {
        return at::ones({4, 4, 3, 3});
    }
    return isWeight && op.find("linear") != std::string::npos ? at::ones({4, 8}) : at::ones({2, 4, 8, 8});
}

c10::IValue plain(const c10::Argument& argument) {
    if (argument.default_value()) {
        return *argument.default_value();
    }
    const std::string type = argument.type()->str();
    if (type.ends_with('?')) {
        return {};
    }
    if (type == "int[]") {
        return std::vector<int64_t>{1, 1};
    }
    return type == "bool" ? c10::IValue(false) : type == "float" ? c10::IValue(1.0) : c10::IValue(1);
}

std::string attempt(const Mutation& mutation) {
    const auto& schema = mutation.handle.schema();
    Tracer tracer;
    std::vector<c10::IValue> values;
    for (size_t i = 0; i < schema.arguments().size(); ++i) {
        const c10::Argument& argument = schema.arguments()[i];
        const std::string type = argument.type()->str();
        if (i == mutation.argument) {
            values.push_back(type.starts_with("int[]")
                                 ? c10::IValue(std::vector<int64_t>(mutation.length, mutation.value))
                                 : c10::IValue(mutation.value));
        } else if (type == "Tensor" || (type == "Tensor?" && argument.name() == "weight")) {
            const at::Tensor tensor = tensorFor(schema.name(), argument.name());
            const bool isActivation = !mutation.isConstant && i == 0;
            values.push_back(isActivation ? tracer.input("x", tensor.sizes().vec()) : tensor);
        } else if (type == "Tensor[]") {
            values.push_back(c10::List<at::Tensor>({at::ones({2, 4}), at::ones({2, 4})}));
        } else {
            values.push_back(plain(argument));
        }
    }
    const std::string name =
        schema.name() + (schema.overload_name().empty() ? "" : "." + schema.overload_name());
    try {
        for (const c10::IValue& result : tracer.apply(name, values, "layer")) {
            if (result.isTensor() && result.toTensor().defined()) {
                tracer.output(result.toTensor(), "y");
            }
        }
        const Graph graph = tracer.take();
        const at::Tensor x = at::ones({2, 4, 8, 8});
        const auto outputs = graph.inputs().empty()
                                 ? Result<std::vector<at::Tensor>>(std::vector<at::Tensor>())
                                 : evaluate(graph, std::span(&x, 1));
        return outputs ? "" : complaintAbout(outputs.error().message);
    } catch (const ImportError& error) {
        return complaintAbout(error.what());
    }
}

std::string describe(const Mutation& mutation) {
    const auto& schema = mutation.handle.schema();
    return schema.name() + "." + schema.overload_name() + " " + schema.arguments()[mutation.argument].name() +
           " = " + std::to_string(mutation.length) + " x " + std::to_string(mutation.value) +
           (mutation.isConstant ? " on constants" : "");
}

TEST(FuzzArguments, AreTracedOrRefusedInOneLine) {
    const auto all = mutationsOfAll();
    ASSERT_GT(all.size(), 1000U);
    for (const SandboxFailure& failure :
         runInSandbox(0, all.size(), {}, [&](uint64_t number) { return attempt(all[number]); })) {
        ADD_FAILURE() << describe(all[failure.number]) << ": " << failure.what;
    }
}

}  // namespace
}  // namespace qs::test
