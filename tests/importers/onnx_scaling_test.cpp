// Opening takes time that grows with the number of nodes, whatever they are and however they are connected,
// and ends at once when it is no longer wanted.

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <thread>

#include "exporters/runners.h"
#include "importers/onnx_model.h"

namespace qs::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Appends `OP(inputs)` and returns the name of its result.
std::string append(::onnx::GraphProto& graph, const std::string& op, std::vector<std::string> inputs) {
    auto* node = graph.add_node();
    node->set_op_type(op);
    for (std::string& input : inputs) {
        *node->add_input() = std::move(input);
    }
    return *node->add_output() = "v" + std::to_string(graph.node_size());
}

using Network = std::function<std::string(::onnx::GraphProto& graph, int nodes)>;

std::string reluChain(::onnx::GraphProto& graph, int nodes) {
    std::string last = "x";
    for (int i = 0; i < nodes; ++i) {
        last = append(graph, "Relu", {last});
    }
    return last;
}

std::string mixedChain(::onnx::GraphProto& graph, int nodes) {
    std::string last = "x";
    for (int i = 0; i < nodes; i += 4) {
        const std::string conv = append(graph, "Conv", {last, "w"});
        const std::string sum = append(graph, "Add", {append(graph, "Relu", {conv}), last});
        last = append(graph, "Mul", {sum, "c"});
    }
    return last;
}

std::string products(::onnx::GraphProto& graph, int nodes) {
    std::string last = "x";
    for (int i = 0; i < nodes; ++i) {
        last = append(graph, "Mul", {last, "c"});
    }
    return last;
}

/// One value that all nodes read, in pairs whose sums are summed up.
std::string wide(::onnx::GraphProto& graph, int nodes) {
    std::string sum = append(graph, "Sigmoid", {"x"});
    const std::string shared = sum;
    for (int i = 0; i < nodes; i += 2) {
        sum = append(graph, "Add", {sum, append(graph, "Mul", {shared, "c"})});
    }
    return sum;
}

std::string identities(::onnx::GraphProto& graph, int nodes) {
    std::string last = append(graph, "Relu", {"x"});
    for (int i = 0; i < nodes; ++i) {
        last = append(graph, "Identity", {last});
    }
    return append(graph, "Relu", {last});
}

std::string reshapes(::onnx::GraphProto& graph, int nodes) {
    std::string last = "x";
    for (int i = 0; i < nodes; i += 2) {
        last = append(graph, "Transpose", {append(graph, "Reshape", {last, "s"})});
    }
    return last;
}

std::string concatenations(::onnx::GraphProto& graph, int nodes) {
    std::string last = "x";
    for (int i = 0; i < nodes; ++i) {
        last = append(graph, "Concat", {last, "c"});
        auto* axis = graph.mutable_node(graph.node_size() - 1)->add_attribute();
        axis->set_name("axis");
        axis->set_type(::onnx::AttributeProto::INT);
        axis->set_i(3);
    }
    return last;
}

struct ScalingCase {
    const char* name;
    Network network;
};

void PrintTo(const ScalingCase& scaling, std::ostream* out) {
    *out << scaling.name;
}

::onnx::ModelProto make(const Network& network, int nodes) {
    auto model = parseModel(13, {1, 2, 2, 2},
                            "s = Constant <value = int64[4] {1, 2, 2, 2}> ()\n"
                            "y = Relu (x)",
                            {{"w", {2, 2, 1, 1}}, {"c", {1, 2, 2, 2}}});
    auto& graph = *model.mutable_graph();
    graph.mutable_node()->RemoveLast();
    graph.mutable_output(0)->set_name(network(graph, nodes));
    return model;
}

/// Of the processor, whatever else runs on it.
double secondsToOpen(const std::filesystem::path& path) {
    const std::clock_t begin = std::clock();
    const auto opened = openModel(path);
    EXPECT_TRUE(opened) << opened.error().message;
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

class OnnxScaling : public testing::TestWithParam<ScalingCase> {};

TEST_P(OnnxScaling, SixteenTimesTheNodesTakeNotFarLongerThanSixteenTimes) {
    constexpr int kNodes = 2'500;
    constexpr int kTimes = 16;
    constexpr int kMostRounds = 4;
    // Squared it would be 256. Instructions grow 16-fold, but the small network fits into the caches that the
    // large one (100 MB of nodes) and other programs run out of: 58 on a busy machine.
    constexpr double kMostGrowth = 110;
    const TemporaryFolder folder;
    save(make(GetParam().network, kNodes), folder / "small.onnx");
    save(make(GetParam().network, kTimes * kNodes), folder / "large.onnx");
    double small = 1e9, large = 1e9;
    for (int i = 0; i < kMostRounds && (i == 0 || large > kMostGrowth * small); ++i) {
        small = std::min(small, secondsToOpen(folder / "small.onnx"));
        large = std::min(large, secondsToOpen(folder / "large.onnx"));
    }
    EXPECT_LT(large, kMostGrowth * small) << 1000 * small << " ms, " << 1000 * large << " ms";
    RecordProperty("small_ms", static_cast<int>(1000 * small));
    RecordProperty("large_ms", static_cast<int>(1000 * large));
}

INSTANTIATE_TEST_SUITE_P(Networks, OnnxScaling,
                         testing::Values(ScalingCase{"ReluChain", reluChain},
                                         ScalingCase{"MixedChain", mixedChain},
                                         ScalingCase{"Products", products}, ScalingCase{"Wide", wide},
                                         ScalingCase{"Identities", identities},
                                         ScalingCase{"Reshapes", reshapes},
                                         ScalingCase{"Concatenations", concatenations}),
                         [](const auto& info) { return info.param.name; });

TEST(OnnxOpening, OfACancelledJobDoesNotBegin) {
    const TemporaryFolder folder;
    save(make(reluChain, 4), folder / "model.onnx");
    CancelToken token;
    token.cancel();
    const auto opened = openModel(folder / "model.onnx", {}, Job({}, token));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Cancelled);
}

TEST(OnnxOpening, EndsWithinASecondOfBeingCancelled) {
    const TemporaryFolder folder;
    save(make(reluChain, 100'000), folder / "model.onnx");
    CancelToken token;
    Clock::time_point asked;
    std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        asked = Clock::now();
        token.cancel();
    });
    const auto opened = openModel(folder / "model.onnx", {}, Job({}, token));
    const auto ended = Clock::now();
    canceller.join();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Cancelled);
    EXPECT_LT(ended - asked, std::chrono::seconds(1));
}

}  // namespace
}  // namespace qs::test
