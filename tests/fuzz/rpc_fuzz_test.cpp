// Requests with damaged parameters, of every method: each gets one answer, and the engine goes on.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/files.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/json_mutation.h"
#include "fuzz/message_check.h"
#include "fuzz/rpc_client.h"
#include "fuzz/small_network.h"
#include "protocol/json.h"
#include "protocol/rpc.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* kSeeds = "seeds";

/// A method and sound parameters, on the files of the small network.
struct Call {
    const char* method;
    json (*params)();
    /// What makes the engine know what is asked about.
    const Call* before = nullptr;
};

protocol::Recipe fullRecipe() {
    protocol::Recipe recipe = smallRecipe();
    recipe.rules.push_back({"layer", "conv2d", "fp32"});
    recipe.metric = "top1";
    recipe.backend = "onednn";
    recipe.qat = protocol::QatSettings{.batch = 2, .train_samples = 4, .validation_samples = 2};
    return recipe;
}

std::vector<protocol::TensorInfo> inputs() {
    return {{"", "Float", {1, 1, 8, 8}}};
}

protocol::DataSpec imagesAndNames() {
    protocol::DataSpec spec{"idx:images,labels", {}, "names.txt"};
    spec.preprocessing.resize = 8;
    spec.preprocessing.crop = 8;
    spec.preprocessing.mean = {0.5};
    spec.preprocessing.std = {0.25};
    spec.preprocessing.channels = 1;
    spec.preprocessing.interpolation = "bicubic";
    spec.preprocessing.scale = 1.0 / 255;
    spec.preprocessing.layout = "nchw";
    return spec;
}

json exportTo(const char* path, const char* target) {
    protocol::ExportParams params{{SmallNetwork::kModel, smallData(), inputs(), smallRecipe()}, path};
    params.target = target;
    return params;
}

json variant() {
    return protocol::VariantSpec{SmallNetwork::kModel, smallData(), inputs(), fullRecipe(), smallData()};
}

const Call kOpening{"model.open", [] {
                        return json(protocol::OpenModelParams{SmallNetwork::kModel, smallData(), inputs()});
                    }};
const Call kMeasuring{"variant.errors", variant};

const Call kCalls[] = {
    {"initialize", [] { return json::object(); }},
    kOpening,
    {"data.open", [] { return json(imagesAndNames()); }},
    {"variant.measure", variant},
    kMeasuring,
    {"variant.accuracy", variant},
    {"variant.contributions", variant},
    {"variant.sensitivity",
     [] {
         return json(protocol::SensitivityParams{
             {SmallNetwork::kModel, smallData(), inputs(), fullRecipe(), smallData()}, "kl"});
     }},
    {"variant.latency", variant},
    {"model.compare",
     [] {
         return json(protocol::CompareParams{{SmallNetwork::kModel, smallData(), inputs(), smallRecipe()},
                                             {"libtorch-int8", "bare-int8"}});
     }},
    {"variant.train",
     [] {
         return json(protocol::TrainParams{
             {SmallNetwork::kModel, smallData(), inputs(), fullRecipe()}, smallData(), "new.qsw"});
     }},
    {"variant.export", [] { return exportTo("out.onnx", "onnxruntime-x64"); }},
    {"variant.export", [] { return exportTo("lite.ptl", "lite"); }},
    {"variant.verify",
     [] {
         return json(protocol::VerifyParams{SmallNetwork::kTorchScript, SmallNetwork::kModel, smallData(),
                                            inputs(), smallRecipe(), "reference", 2, 2});
     }},
    {"qconfig.preview",
     [] {
         return json(protocol::PreviewParams{SmallNetwork::kModel, fullRecipe().rules});
     },
     &kOpening},
    {"layer.histogram",
     [] {
         protocol::HistogramParams params;
         params.variant = variant().get<protocol::VariantSpec>();
         params.layer = "conv2d";
         params.channel = 1;
         params.bins = 16;
         return json(params);
     },
     &kOpening},
    {"variant.known", variant, &kMeasuring},
    {"jobs.list", [] { return json::object(); }},
};

class FuzzRpc : public FuzzTest, public ::testing::WithParamInterface<size_t> {
  protected:
    void SetUp() override {
        // No node, so no ONNX Runtime, which would be started anew for each request.
        ::setenv("PATH", "", 1);
        inChild([] {
            fs::create_directory(kSeeds);
            fs::current_path(kSeeds);
            writeSmallNetwork();
            writeImages();
        });
    }

    static void writeImages();
};

/// Two images of 9 x 9 with labels 0 and 1, and the names of those.
void FuzzRpc::writeImages() {
    using namespace std::string_literals;
    const auto put = [](const char* name, const std::string& bytes) {
        std::ofstream(name, std::ios::binary) << bytes;
    };
    put("images", "\0\0\x08\x03\0\0\0\x02\0\0\0\x09\0\0\0\x09"s + std::string(2 * 81, '\x55'));
    put("labels", "\0\0\x08\x01\0\0\0\x02\0\x01"s);
    put("names.txt", "cat\ndog\n");
}

/// The files as they were: a request may have written over them.
void restoreFiles() {
    for (const auto& entry : fs::directory_iterator(fs::current_path())) {
        if (entry.path().filename() != kSeeds && entry.path().filename() != "request.json") {
            fs::remove_all(entry.path());
        }
    }
    // fs::copy() sets permissions, which a sandbox forbids.
    for (const auto& entry : fs::directory_iterator(kSeeds)) {
        std::ofstream(entry.path().filename(), std::ios::binary)
            << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
}

std::string request(const Call& call, const std::string& params) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(RpcClient::kId) + R"(,"method":")" + call.method +
           R"(","params":)" + params + "}";
}

/// The answer to a request in a file, for which the engine is made ready.
protocol::Frame answerTo(const fs::path& path, const Call& call, std::chrono::milliseconds time) {
    static RpcClient client(workbenchHandlers());
    restoreFiles();
    if (call.before) {
        client.ask(request(*call.before, call.before->params().dump()), 60s);
    }
    return client.ask(readFile(path).value(), time);
}

/// What is wrong with the answer to a request in a file, or nothing.
std::string ask(const fs::path& path, const Call& call) {
    const protocol::Frame answer = answerTo(path, call, 2s);
    if (const auto* error = std::get_if<protocol::FrameError>(&answer)) {
        return "the server wrote " + error->message;
    }
    const auto message = protocol::parseMessage(std::get<json>(answer));
    const auto* response = std::get_if<protocol::Response>(&message);
    if (!response) {
        return "no answer: " + protocol::encodeFrame(std::get<json>(answer));
    }
    return response->error ? complaintAbout(response->error->message) : "";
}

TEST_P(FuzzRpc, AnsweredAsItIs) {
    const Call& call = kCalls[GetParam()];
    expectWell({1, "request.json", [&](uint64_t) { return request(call, call.params().dump()); }},
               [&](const fs::path& path) {
                   const auto answer = answerTo(path, call, 60s);
                   const auto* message = std::get_if<json>(&answer);
                   return message && message->contains("result") ? "" : protocol::encodeFrame(*message);
               });
}

TEST_P(FuzzRpc, ParametersMutated) {
    const Call& call = kCalls[GetParam()];
    const std::string params = call.params().dump();
    expectWell(
        {mutations(), "request.json", [&](uint64_t seed) { return request(call, mutateJson(params, seed)); }},
        [&](const fs::path& path) { return ask(path, call); });
}

INSTANTIATE_TEST_SUITE_P(Methods, FuzzRpc, ::testing::Range<size_t>(0, std::size(kCalls)),
                         [](const auto& info) {
                             std::string name = kCalls[info.param].method;
                             std::ranges::replace(name, '.', '_');
                             return name + "_" + std::to_string(info.param);
                         });

}  // namespace

}  // namespace qs::test
