// ONNX's own tests: every model opens with right values and leaves as ONNX and as TorchScript with the same
// values, or is refused with the sentence that tests/corpus/onnx_suite_refused.txt has for it.

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "core/guard.h"
#include "corpus/onnx_suite.h"
#include "exporters/exporter.h"
#include "exporters/runners.h"
#include "importers/importer.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

const RefusedModels& refusedModels() {
    static const RefusedModels list(QS_SOURCE_DIR "/tests/corpus/onnx_suite_refused.txt");
    return list;
}

/// What the list says of models whose own outputs are not those of the runtime that people use.
const Refusal kAsOnnxRuntime{"values", "ONNX Runtime gives what is given here"};

/// As ONNX compares floats; integers and truth values must be equal.
bool isNear(const at::Tensor& found, const at::Tensor& expected, bool isShort) {
    if (found.scalar_type() != expected.scalar_type() || found.sizes() != expected.sizes()) {
        return false;
    }
    constexpr double kBFloat16Step = 1.0 / 128;  // the suite cuts the digits behind off
    const double tolerance = isShort ? kBFloat16Step : 1e-3;
    return expected.is_floating_point()
               ? at::allclose(found.to(at::kDouble), expected.to(at::kDouble), tolerance, 1e-5,
                              /*equal_nan=*/true)
               : at::equal(found, expected);
}

/// Where results differ from those that are expected, a line; empty where they do not.
std::string difference(const std::vector<at::Tensor>& found, const SuiteData& data) {
    const std::vector<at::Tensor>& expected = data.outputs;
    if (found.size() != expected.size()) {
        return std::to_string(found.size()) + " results, not " + std::to_string(expected.size());
    }
    for (size_t i = 0; i < found.size(); ++i) {
        if (!isNear(found[i], expected[i], data.isShort.at(i))) {
            std::ostringstream text;
            text << "result " << i << " is " << found[i].toString() << found[i].sizes() << ' '
                 << found[i].flatten().slice(0, 0, 6).to(at::kDouble) << ", not " << expected[i].toString()
                 << expected[i].sizes() << ' ' << expected[i].flatten().slice(0, 0, 6).to(at::kDouble);
            std::string line = text.str();
            std::ranges::replace(line, '\n', ' ');
            return line;
        }
    }
    return {};
}

/// The model with one of its inputs as an initializer, as exporters write what decides sizes. Takes the value
/// out of `data`.
SuiteModel withConstant(const SuiteModel& model, const std::string& name, SuiteData& data,
                        const fs::path& file) {
    ::onnx::ModelProto proto = readModel(model.file);
    auto& inputs = *proto.mutable_graph()->mutable_input();
    const auto input = std::ranges::find(inputs, name, &::onnx::ValueInfoProto::name);
    const auto value = data.inputs.begin() + (input - inputs.begin());
    auto* constant = proto.mutable_graph()->add_initializer();
    constant->set_name(name);
    constant->set_data_type(input->type().tensor_type().elem_type());
    for (const int64_t extent : value->sizes()) {
        constant->add_dims(extent);
    }
    const at::Tensor packed = value->contiguous();
    constant->set_raw_data(packed.data_ptr(), packed.nbytes());
    inputs.erase(input);
    data.inputs.erase(value);
    std::ofstream stream(file, std::ios::binary);
    proto.SerializeToOstream(&stream);
    return {model.name, file};
}

class OnnxSuite : public testing::TestWithParam<std::string> {
  protected:
    /// A model on its way.
    struct Case {
        SuiteModel model;
        SuiteData data;
        QuantizedGraph graph = {};
        ForeignJob inOnnxRuntime = {};
    };

    void run(const SuiteModel& model) {
        const auto listed = refusedModels().of(model.name);
        SuiteModel current = model;
        Result<ImportedModel> opened = openModel(model.file);
        std::string why = opened ? "" : refuse(model, "open", opened.error().message, model.file);
        if (!opened && dataInput(why, current).empty()) {
            expectSeen(model, listed);
            return;
        }
        std::vector<SuiteData> sets = dataOf(model);
        // What must be constant is made so: the rest must be right.
        for (std::string input = dataInput(why, current); !input.empty(); input = dataInput(why, current)) {
            sets.resize(1);
            current = withConstant(current, input, sets[0], folder_ / (model.name + "." + input + ".onnx"));
            opened = openModel(current.file);
            why = opened ? "" : sentence(opened.error().message, current.file);
        }
        if (opened) {
            for (size_t i = 0; i < sets.size(); ++i) {
                follow({current, sets[i]}, *opened, i);
            }
        } else if (current.file != model.file) {
            refuse(model, "constants", opened.error().message, current.file);
        }
        expectSeen(model, listed);
    }

    /// The input of the model that the sentence wants to be constant.
    static std::string dataInput(const std::string& sentence, const SuiteModel& model) {
        static const std::regex wanted("input \\d+ \\((.*)\\) depends on the data");
        std::smatch found;
        if (!std::regex_search(sentence, found, wanted)) {
            return {};
        }
        const auto inputs = readModel(model.file).graph().input();
        const bool isInput =
            std::ranges::any_of(inputs, [&](const auto& input) { return input.name() == found[1].str(); });
        return isInput ? found[1].str() : "";
    }

    void follow(Case one, const ImportedModel& opened, size_t set) {
        auto graph = test::floatForm(opened.graph);
        if (!graph) {
            refuse(one.model, "convert", graph.error().message, {});
            return;
        }
        one.graph = *graph;
        for (const char* backend : {"reference", "onednn"}) {
            auto executor = makeExecutor(backend, one.graph);
            const auto found = executor ? (*executor)->run(one.data.inputs) : executor.error();
            if (!found) {
                refuse(one.model, backend, found.error().message, {});
                return;
            }
            const std::string differs = difference(*found, one.data);
            if (!differs.empty() && isListed(one.model, kAsOnnxRuntime)) {
                one.data.outputs = *found;
                compareOriginal(one);
            } else if (!differs.empty()) {
                fail(one.model, backend, differs);
                return;
            }
        }
        const std::string name = one.model.name + "." + std::to_string(set);
        const int64_t batch = opened.graph.fixedBatch();
        if (write(one, folder_ / (name + ".pt"), batch, "torchscript")) {
            checkTorchScript(one, folder_ / (name + ".pt"));
        }
        if (!write(one, folder_ / (name + ".onnx"), batch, "onnx")) {
            return;
        }
        if (!one.data.misfit.empty()) {
            refuse(one.model, "data", one.data.misfit, {});
        } else {
            one.inOnnxRuntime = {folder_ / (name + ".onnx"), one.data.inputs};
            waiting_.push_back(std::move(one));
        }
    }

    /// ONNX Runtime has to make of the model itself what was made of it here.
    void compareOriginal(Case one) {
        seen_.push_back(kAsOnnxRuntime);
        const fs::path copy = folder_ / (one.model.name + ".original.onnx");
        fs::copy_file(one.model.file, copy, fs::copy_options::overwrite_existing);
        one.inOnnxRuntime = {copy, one.data.inputs};
        waiting_.push_back(std::move(one));
    }

    static bool isListed(const SuiteModel& model, const Refusal& refusal) {
        const auto listed = refusedModels().of(model.name);
        return std::ranges::find(listed, refusal) != listed.end();
    }

    bool write(const Case& one, const fs::path& path, int64_t batch, const std::string& step) {
        const auto written = exportTo(*exporterFor(path).value(), one.graph, {.fixedBatch = batch}, path);
        if (!written) {
            refuse(one.model, step, written.error().message, path);
        }
        return static_cast<bool>(written);
    }

    void checkTorchScript(const Case& one, const fs::path& path) {
        std::vector<at::Tensor> found;
        try {
            const at::NoGradGuard noGrad;
            const c10::IValue result =
                torch::jit::load(path.string()).forward({one.data.inputs.begin(), one.data.inputs.end()});
            for (const c10::IValue& item :
                 result.isTuple() ? result.toTuple()->elements().vec() : std::vector<c10::IValue>{result}) {
                found.push_back(item.toTensor());
            }
        } catch (const std::exception& error) {
            fail(one.model, "LibTorch", exceptionSummary(error));
            return;
        }
        const std::string differs = difference(found, one.data);
        if (!differs.empty()) {
            fail(one.model, "LibTorch", differs);
        }
    }

    void checkOnnx() {
        std::vector<ForeignJob> jobs;
        for (const Case& one : waiting_) {
            jobs.push_back(one.inOnnxRuntime);
        }
        const auto runs = runOnnxRuntime(jobs);
        for (size_t i = 0; i < runs.size(); ++i) {
            if (runs[i].absent) {
                GTEST_SKIP() << runs[i].log;
            }
            const std::string differs = difference(runs[i].typed, waiting_[i].data);
            if (!differs.empty()) {
                fail(waiting_[i].model, "ONNX Runtime", differs + " " + said(runs[i].log, jobs[i].model));
            }
        }
    }

    /// The line of a log that is about a model.
    static std::string said(const std::string& log, const fs::path& model) {
        const size_t begin = log.find(model.string() + ":");
        return begin == std::string::npos ? "" : log.substr(begin, log.find('\n', begin) - begin);
    }

    static std::string sentence(std::string message, const fs::path& file) {
        const std::string prefix = file.string() + ": ";
        return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
    }

    /// Notes a refusal, which must be listed. Returns its sentence.
    std::string refuse(const SuiteModel& model, const std::string& step, const std::string& message,
                       const fs::path& file) {
        const Refusal refusal{step, sentence(message, file)};
        if (!isListed(model, refusal)) {
            fail(model, "refused, " + step, refusal.sentence);
        }
        seen_.push_back(refusal);
        return refusal.sentence;
    }

    void expectSeen(const SuiteModel& model, const std::vector<Refusal>& listed) {
        for (const Refusal& refusal : listed) {
            if (std::ranges::find(seen_, refusal) == seen_.end()) {
                fail(model, "listed, but not refused, " + refusal.step, refusal.sentence);
            }
        }
        seen_.clear();
    }

    static void fail(const SuiteModel& model, const std::string& where, const std::string& what) {
        ADD_FAILURE() << model.name << " | " << where << " | " << what;
    }

    TemporaryFolder folder_;
    std::vector<Case> waiting_;  ///< for ONNX Runtime
    std::vector<Refusal> seen_;  ///< of the present model
};

TEST_P(OnnxSuite, OpensAndLeaves) {
    const auto groups = suiteGroups();
    for (const SuiteModel& model : groups.at(GetParam())) {
        try {
            run(model);
        } catch (const std::exception& error) {
            fail(model, "exception", error.what());
            seen_.clear();
        }
    }
    checkOnnx();
}

std::vector<std::string> groupNames() {
    std::vector<std::string> names;
    for (const auto& [name, models] : suiteGroups()) {
        names.push_back(name);
    }
    return names;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OnnxSuite);
INSTANTIATE_TEST_SUITE_P(Groups, OnnxSuite, testing::ValuesIn(groupNames()),
                         [](const auto& info) { return info.param; });

TEST(OnnxSuiteList, NamesModelsThatAreThere) {
    std::vector<std::string> names;
    for (const auto& [group, models] : suiteGroups()) {
        for (const SuiteModel& model : models) {
            names.push_back(model.name);
        }
    }
    if (const char* required = std::getenv("QS_REQUIRE_RUNTIMES");
        names.empty() && (!required || std::string_view(required) != "1")) {
        GTEST_SKIP() << "libonnx-testdata is not installed";
    }
    EXPECT_FALSE(names.empty()) << "QS_REQUIRE_RUNTIMES is 1, and libonnx-testdata is not installed";
    EXPECT_EQ(refusedModels().strangers(names), std::vector<std::string>());
}

}  // namespace

}  // namespace qs::test
