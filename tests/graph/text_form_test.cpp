#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "graph/parse_graph.h"
#include "ops/evaluate.h"
#include "support/traced_net.h"

namespace qs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kEverything = std::numeric_limits<int64_t>::max();

Graph parsed(std::string_view text) {
    auto graph = parseGraph(text);
    EXPECT_TRUE(graph) << graph.error().message;
    return graph ? std::move(*graph) : Graph();
}

/// As dump() writes it.
constexpr const char* kCanonical = R"(%x(1, 3, 8, 8) = input
%ids(2; int64) = input
%w(2, 3, 1, 1) = constant[values=[0.1, -2.5, 3.0, 1e-20, inf, 16777216.0]]
%b(2)@int8(scale=[0.5, 0.25], zero=[0, 0], range=[-128, 127], axis=0) = constant[values=[1.5, -0.25]]
%n(; bool) = constant[values=[1]]
%y(1, 2, 8, 8)@uint8(scale=[0.1], zero=[7], range=[0, 255], axis=-1) = conv2d[groups=1, stride=[1, 1]](%x, %w, %b)  # layer1.conv @layer1
%"odd \"name\"", %q = split[dim=1, names=["a", "b, c"], none=ints[], of=doubles[], scale=0.5, sizes=[1, 1], text="]", train=false, words=strings[]](%y)  # split
%z = aten::thing[a=<none>, b=<3>, c=<0.5>, d=<true>, e=<"s">, f=<[1, 2]>, g=<[1.0, 2.5]>, h=<tensor(2; int64)[1, 2]>, i=<[true, false]>, j=<bools[]>](%q, %q)  # thing#2 @"a b"
output %z = "logits"
output %y = "features"
batch 4
)";

TEST(TextForm, LoadsWhatItPrints) {
    const Graph graph = parsed(kCanonical);
    EXPECT_EQ(graph.dump(), kCanonical);
    EXPECT_EQ(graph.nodes()[0].scope, "layer1");
    EXPECT_EQ(graph.nodes()[1].outputs.size(), 2U);
    EXPECT_EQ(graph.nodes()[2].name, "thing#2");
    EXPECT_EQ(graph.fixedBatch(), 4);
    EXPECT_THAT(graph.outputNames(), ElementsAre("logits", "features"));
    EXPECT_EQ(graph.value(graph.inputs()[1]).dtype, at::kLong);
    EXPECT_EQ(graph.value(graph.nodes()[0].outputs[0]).qparams->zeroPoint[0], 7);
    EXPECT_EQ(graph.constant(graph.nodes()[0].inputs[1])[0][0].item<float>(), 0.1F);
    EXPECT_EQ(graph.users(graph.nodes()[0].outputs[0]).size(), 1U);
}

TEST(TextForm, NeedsNoMoreThanIsSaid) {
    const Graph graph = parsed(R"(
        # A remark, and lines that lie further in.
        %x = input
        %w(8, 3) = constant[random, seed=1]
        %h(2) = constant[full=0.5]
        %fc = linear(%x, %w)   # head
        %y = relu(%fc)
        output %y)");
    EXPECT_EQ(graph.nodes()[0].name, "head");
    EXPECT_EQ(graph.nodes()[1].name, "y");
    EXPECT_THAT(graph.outputNames(), ElementsAre("y"));
    const auto generator = at::detail::createCPUGenerator(1);
    EXPECT_TRUE(graph.constant(graph.nodes()[0].inputs[1]).equal(at::randn({8, 3}, generator)));
}

TEST(TextForm, LeavesOutWhatIsLong) {
    const Graph graph = parsed("%w(8, 9) = constant[random, seed=3]\n%v(8, 8) = constant[full=1.0]");
    EXPECT_THAT(graph.dump(), HasSubstr("%w(8, 9) = constant[omitted]\n%v(8, 8) = constant[values=[1.0, "));
    EXPECT_THAT(graph.dump(72), HasSubstr("%w(8, 9) = constant[values=["));
}

TEST(TextForm, CallsValuesApartThatHaveOneNameOrNone) {
    Graph graph;
    const ValueId x = graph.addInput("x");
    const ValueId a = graph.addConstant("", at::randn({2})), b = graph.addConstant("", at::randn({3}));
    graph.addNode("cat", "c", {}, {x, a, b}, {"x"});
    const std::string text = graph.dump();
    EXPECT_EQ(parsed(text).dump(), text);
}

/// A network as importers leave it computes the same bits when it was written and read.
TEST(TextForm, KeepsEveryBit) {
    test::TracedNet net;
    ValueId x = net.conv2d(net.input({2, 3, 6, 5}), 4);
    x = net.op("add", {}, {x, net.constant({4, 1, 1})}, "shift");
    x = net.carried("aten::div.Scalar", {net.tensor(x), net.number(3.0)}, "act");
    net.output(net.op("relu", {}, {x}));
    const Graph copy = parsed(net.graph.dump(kEverything));
    EXPECT_EQ(copy.dump(kEverything), net.graph.dump(kEverything));
    EXPECT_TRUE(evaluate(copy, net.inputs()).value().at(0).equal(net.results().at(0)));
}

TEST(TextForm, ErrorsNameTheLineAndTheProblem) {
    const auto problem = [](const std::string& line) {
        const auto graph = parseGraph("%x(2, 3) = input\n\n%w(2) = constant[full=1.0]\n" + line);
        return graph ? std::string("no error") : graph.error().message;
    };
    for (const auto& [line, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"%y = relu(%z)", "%z is not defined above it"},
             {"%x = relu(%w)", "%x is defined a second time"},
             {"%y, %y = split(%x)", "%y is defined a second time"},
             {"%y = relu(%x", "expected ',' at its end"},
             {"%y = relu %x", "expected '(' before '%x'"},
             {"%y relu(%x)", "expected '=' before 'relu(%x)'"},
             {"y = relu(%x)", "expected '%' before 'y = relu(%x)'"},
             {"%y = relu[a=1, a=2](%x)", "attribute 'a' is there twice"},
             {"%y = relu[a=yes](%x)", "'yes' is no attribute's value"},
             {"%y = relu[a=[1, x]](%x)", "'x' is no number"},
             {"%y = relu[a=\"text](%x)", "a text has no closing quotes"},
             {"%y = relu[a=<?Device>](%x)", "a Device has no text form"},
             {"%y = relu(%x) # name # more", "'# more' is left over at its end"},
             {"%y(2; complex) = input", "'complex' is no element type"},
             {"%y(-2) = input", "an extent is negative"},
             {"%y(2)@uint9(scale=[1.0]) = input", "'uint9' is no type of a grid"},
             {"%y(2)@int8(scale=[1.0], zero=[0, 0], range=[0, 1], axis=-1) = input",
              "a grid has a zero point for each scale"},
             {"%c(2, 2) = constant[values=[1, 2, 3]]", "there are 3 values for 4 elements"},
             {"%c(2, 2) = constant[omitted]", "the elements of %c were left out"},
             {"%c(2) = constant[ones]", "not 'ones'"},
             {"%c(2; int64) = constant[random, seed=1]", "random constants are float32"},
             {"%c(99999999999, 99999999999) = constant[full=1.0]", "a constant has too many elements"},
             {"%a, %b = input", "an input is one value"},
             {"output %y", "%y is not defined above it"},
             {"output %x = name", "expected a text in quotes before 'name'"},
             {"batch many", "'many' is no integer"}}) {
        EXPECT_THAT(problem(line), HasSubstr("line 4 of the graph: ")) << line;
        EXPECT_THAT(problem(line), HasSubstr(wanted)) << line;
    }
    EXPECT_THAT(problem("%y = relu(%x)  # a\n%z = relu(%y)  # a"),
                HasSubstr("line 5 of the graph: another node is called 'a'"));
}

TEST(TextForm, DamagedTextsNeverDoMoreThanFail) {
    std::mt19937 random(7);
    const std::string text = kCanonical;
    for (int i = 0; i < 3000; ++i) {
        std::string damaged = text;
        for (size_t changes = 1 + random() % 3; changes > 0; --changes) {
            const size_t at = random() % damaged.size();
            switch (random() % 3) {
                case 0:
                    damaged.erase(at, 1 + random() % 5);
                    break;
                case 1:
                    damaged[at] = static_cast<char>(random() % 256);
                    break;
                default:
                    damaged.insert(at, damaged.substr(random() % damaged.size(), random() % 8));
            }
        }
        if (const auto graph = parseGraph(damaged)) {
            const auto again = parseGraph(graph->dump(kEverything));
            ASSERT_TRUE(again) << again.error().message << '\n' << damaged;
            EXPECT_EQ(again->dump(kEverything), graph->dump(kEverything));
        }
    }
}

}  // namespace
}  // namespace qs
