// Concatenations whose parts are written where the result wants them: that nothing is copied, and that every
// step still gets what the reference gives it.

#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/agreement.h"
#include "runtime/networks.h"
#include "runtime/random_cases.h"

namespace qs::test {

namespace {

const QParams kGrid = activation(DType::UInt8, 0.05, 100);
/// Convolved by oneDNN on every processor.
const QParams kReduced = reduced(activation(DType::UInt8, 0.1, 50));
const QParams kOther = activation(DType::UInt8, 0.07, 90);

QNode cat(int64_t dim) {
    QNode node = plainNode("cat");
    node.attrs.set("dim", dim);
    return node;
}

QNode batchNorm(int64_t channels, std::mt19937& random) {
    QNode node = plainNode("batch_norm");
    node.attrs.set("eps", 1e-5);
    for (const float low : {0.5F, -1.0F, -1.0F, 0.5F}) {  // gamma, beta, mean, variance
        node.constants.push_back(randomFloats({channels}, random, low, 1.5F));
    }
    return node;
}

/// What the profile says of step `node`.
NodeTime timeOf(Executor& executor, size_t node, std::span<const at::Tensor> inputs) {
    const auto profile = executor.profile(inputs, 0, 1);
    EXPECT_TRUE(profile) << profile.error().message;
    EXPECT_LE(profile->plan.arenaBytes, 1.2 * static_cast<double>(profile->plan.liveBytes) + 4096);
    return *std::ranges::find_if(profile->nodes, [&](const NodeTime& time) {
        return time.node == node && time.kind == NodeTime::Kind::Step;
    });
}

/// A network of several inputs of one grid, and its last concatenation.
struct Network {
    QuantizedGraphBuilder b;
    std::mt19937 random{7};
    std::vector<at::Tensor> inputs;
    size_t last = 0;

    ValueId input(const Shape& shape, const std::optional<QParams>& grid) {
        inputs.push_back(randomFloats(shape, random, -2, 2));
        const ValueId x = b.input(shape);
        return grid ? b.quantize(x, *grid) : x;
    }
    ValueId sum(ValueId x, ValueId y, const std::optional<QParams>& grid) {
        return b.add(plainNode("add"), {x, y}, grid);
    }
    ValueId concatenate(int64_t dim, std::vector<ValueId> parts, const std::optional<QParams>& grid) {
        last = b.graph().nodes.size();
        return b.add(cat(dim), std::move(parts), grid);
    }
    void output(ValueId x) { b.output(b.graph().value(x).isInteger() ? b.dequantize(x) : x); }

    /// Every step right, and the last concatenation made as told.
    void expect(const std::string& implementation, int64_t bytes) {
        const auto executor = makeOneDnnExecutor(b.take()).value();
        for (int run = 0; run < 2; ++run) {
            expectEveryStepMatches(*executor, inputs, 0.99);
        }
        const NodeTime time = timeOf(*executor, last, inputs);
        EXPECT_EQ(time.implementation, implementation);
        EXPECT_EQ(time.bytes, bytes);
    }
};

TEST(Concatenation, CopiesNoPartThatIsOnePiece) {
    for (const auto& grid : {std::optional<QParams>(kGrid), std::optional<QParams>()}) {
        for (const auto& [shape, dim] : std::initializer_list<std::pair<Shape, int64_t>>{{{1, 6}, 1},
                                                                                         {{5, 6}, 0},
                                                                                         {{1, 6, 8}, 1},
                                                                                         {{1, 1, 8}, 2},
                                                                                         {{1, 8, 1, 1}, 1},
                                                                                         {{3, 8, 2, 2}, 0}}) {
            SCOPED_TRACE("axis " + std::to_string(dim) + " of " + std::to_string(shape.size()));
            Network n;
            const ValueId x = n.input(shape, grid), y = n.input(shape, grid);
            const ValueId a = n.sum(x, y, grid), b = n.sum(x, x, grid), c = n.sum(a, y, grid);
            n.output(n.concatenate(dim, {a, b, c}, grid));
            n.expect("in place", 0);
        }
    }
}

TEST(Concatenation, CopiesNoPartOfRowsThatKeepTheirDistance) {
    for (const auto& grid : {std::optional<QParams>(kGrid), std::optional<QParams>()}) {
        Network n;
        const Shape shape{2, 20, 9, 9};
        const ValueId x = n.input(shape, grid), y = n.input(shape, grid);
        const ValueId p = n.b.add(poolNode("max_pool2d", 1, 1, 0), {x}, grid);
        const ValueId q = n.b.add(poolNode("max_pool2d", 1, 1, 0), {y}, grid);
        const ValueId a = n.sum(p, q, grid), b = n.b.add(batchNorm(20, n.random), {p}, grid);
        n.output(n.concatenate(1, {a, b}, grid));
        n.output(a);
        if (grid) {
            n.expect("in place", 0);
        } else {
            // Floats as they are; a batch norm's differ in the last bit.
            const auto executor = makeOneDnnExecutor(n.b.take()).value();
            EXPECT_EQ(timeOf(*executor, n.last, n.inputs).implementation, "in place");
        }
    }
}

TEST(Concatenation, CopiesWhatOneDnnWritesOrReadsDense) {
    Network n;
    const ValueId x = n.input({1, 8, 6, 6}, kReduced);
    const ValueId a = n.b.add(randomConv2d({}, n.random, kReduced), {x}, kReduced);  // written by oneDNN
    const ValueId b = n.sum(a, x, kReduced), c = n.sum(x, x, kReduced);
    n.output(n.b.add(randomConv2d({}, n.random, kReduced), {c}, kReduced));  // read by it
    n.output(n.concatenate(1, {a, b, c}, kReduced));
    n.expect("loop, 1 of 3 parts in place", 2 * 2 * 8 * 36);
}

TEST(Concatenation, RequantizesPartsOfOtherQParams) {
    Network n;
    const ValueId x = n.input({1, 6, 8}, kGrid);
    const ValueId a = n.sum(x, x, kGrid), b = n.sum(a, x, kOther);
    n.output(n.concatenate(1, {a, b, a}, kGrid));
    n.expect("loop, 1 of 3 parts in place", 2 * 2 * 48);
}

TEST(Concatenation, CopiesGraphInputsAndViews) {
    Network n;
    const ValueId x = n.input({1, 6}, {}), y = n.input({1, 6}, {});
    const ValueId a = n.sum(x, y, {}), view = n.b.add(plainNode("identity"), {a});
    n.output(n.concatenate(1, {x, view, a}, {}));
    n.expect("loop, 1 of 3 parts in place", 2 * 2 * 24);
}

TEST(Concatenation, AddsToWhatAnEarlierOneHolds) {
    Network n;
    constexpr int64_t kPixels = 49;
    std::vector<ValueId> parts{
        n.b.add(randomConv2d({}, n.random, kReduced), {n.input({1, 8, 7, 7}, kReduced)}, kReduced)};
    ValueId all = parts[0];
    for (int64_t layer = 1; layer <= 3; ++layer) {
        const ValueId scaled = n.b.add(batchNorm(8 * layer, n.random), {all}, kReduced);
        parts.push_back(n.b.add(randomConv2d({.in = 8 * layer}, n.random, kReduced), {scaled}, kReduced));
        all = n.concatenate(1, parts, kReduced);
    }
    n.output(all);
    n.expect("loop, 3 of 4 parts in place", 2 * 8 * kPixels);
}

TEST(Concatenation, KeepsWhatAReaderWouldOverwrite) {
    Network n;
    const ValueId x = n.input({1, 1, 24}, kGrid);
    const WeightedSpec square{.in = 24, .out = 24, .hasAdd = true}, wide{.in = 48, .out = 48, .hasAdd = true};
    const ValueId a = n.sum(x, x, kGrid), b = n.sum(a, x, kGrid), c = n.sum(b, x, kGrid);
    const ValueId two = n.concatenate(2, {a, b}, kGrid);
    // The residual's last reader, but its bytes are also those of the concatenation that follows.
    const ValueId added =
        n.b.add(randomLinear(wide, n.random, kGrid), {n.concatenate(2, {c, c}, kGrid), two}, kGrid);
    const ValueId three = n.concatenate(2, {a, b, c}, kGrid);
    // Dead, while the whole that it is a part of is not.
    const ValueId again = n.b.add(randomLinear(square, n.random, kGrid), {x, c}, kGrid);
    for (const ValueId result : {added, again, three}) {
        n.output(result);
    }
    n.expect("in place", 0);
}

TEST(Concatenation, LetsNoPartWaitInTheRoomOfTheOthers) {
    // A skip connection: in place, both halves of the result would be there all the time.
    constexpr int64_t kWidth = 4096;
    Network n;
    const ValueId x = n.input({1, 1, kWidth}, kGrid);
    const ValueId skipped = n.sum(x, x, kGrid);
    ValueId y = skipped;
    for (int layer = 0; layer < 4; ++layer) {
        y = n.sum(y, x, kGrid);
    }
    QNode some = plainNode("slice");
    some.attrs.set("dim", int64_t{2});
    some.attrs.set("start", int64_t{kWidth - 2});
    some.attrs.set("end", int64_t{kWidth + 2});
    n.output(n.b.add(some, {n.concatenate(2, {skipped, y}, kGrid)}, kGrid));
    n.expect("loop", 4 * kWidth);
}

/// Concatenations over each other, of parts of every kind, with readers of every kind.
class RandomNetwork {
  public:
    explicit RandomNetwork(unsigned seed) : random_(seed) {
        rank_ = draw(random_, 2, 4);
        dim_ = draw(random_, 0, rank_ - 1);
        for (int64_t d = 0; d < rank_; ++d) {
            shape_.push_back(d == dim_ ? 1 : draw(random_, 0, 1) == 1 ? 1 : draw(random_, 2, 5));
        }
        for (int i = 0; i < 2; ++i) {
            addPart(draw(random_, 1, 9), [&](const Shape& shape) {
                inputs.push_back(randomFloats(shape, random_, -2, 2));
                return b_.quantize(b_.input(shape), kGrid);
            });
        }
        for (int64_t step = draw(random_, 4, 14); step > 0; --step) {
            draw(random_, 0, 2) == 0 ? addConcatenation() : addElementwise();
        }
        addConcatenation();
        for (size_t i = 0; i < parts_.size(); ++i) {
            if (i + 1 == parts_.size() || draw(random_, 0, 3) == 0) {
                b_.output(b_.dequantize(parts_[i].value));
            }
        }
    }

    QuantizedGraph take() { return b_.take(); }
    std::vector<at::Tensor> inputs;

  private:
    struct Part {
        ValueId value;
        int64_t width;
        std::vector<size_t> of;  ///< of a concatenation
    };

    template <typename Make>
    void addPart(int64_t width, const Make& make) {
        Shape shape = shape_;
        shape[static_cast<size_t>(dim_)] = width;
        parts_.push_back({make(shape), width, {}});
    }

    size_t drawPart() {
        return static_cast<size_t>(draw(random_, 0, static_cast<int64_t>(parts_.size()) - 1));
    }
    /// Mostly that of the others.
    const QParams& drawGrid() { return draw(random_, 0, 4) == 0 ? kOther : kGrid; }

    void addConcatenation() {
        std::vector<size_t> chosen;
        if (draw(random_, 0, 1) == 1) {  // goes on with the parts of an earlier one
            chosen = parts_[drawPart()].of;
        }
        for (int64_t count = draw(random_, chosen.empty() ? 2 : 1, 3); count > 0; --count) {
            chosen.push_back(drawPart());
        }
        std::vector<ValueId> values;
        int64_t width = 0;
        for (const size_t part : chosen) {
            values.push_back(parts_[part].value);
            width += parts_[part].width;
        }
        if (width > 200) {
            return;
        }
        const int64_t axis = draw(random_, 0, 1) == 1 ? dim_ : dim_ - rank_;
        parts_.push_back({b_.add(cat(axis), values, drawGrid()), width, chosen});
    }

    void addElementwise() {
        const Part x = parts_[drawPart()];
        const auto grid = b_.graph().value(x.value).qparams;
        switch (draw(random_, 0, rank_ == 4 ? 5 : 3)) {
            case 0:
                addPart(x.width, [&](const Shape&) {
                    return b_.add(plainNode("add"), {x.value, x.value}, drawGrid());
                });
                break;
            case 1:
                addPart(x.width,
                        [&](const Shape&) { return b_.add(plainNode("hard_swish"), {x.value}, drawGrid()); });
                break;
            case 2:
                addPart(x.width,
                        [&](const Shape&) { return b_.add(plainNode("identity"), {x.value}, grid); });
                break;
            case 3:
                addSplit(x, grid);
                break;
            case 4:
                addPart(x.width, [&](const Shape&) {
                    return b_.add(poolNode("max_pool2d", 1, 1, 0), {x.value}, grid);
                });
                break;
            default: {
                const int64_t channels = dim_ == 1 ? x.width : shape_[1];
                addPart(x.width, [&](const Shape&) {
                    return b_.add(batchNorm(channels, random_), {x.value}, drawGrid());
                });
            }
        }
    }

    void addSplit(const Part& x, const std::optional<QParams>& grid) {
        if (x.width < 2) {
            return;
        }
        QNode node = plainNode("split");
        node.attrs.set("dim", dim_);
        const int64_t first = draw(random_, 1, x.width - 1);
        node.attrs.set("sizes", std::vector<int64_t>{first, x.width - first});
        const auto halves = b_.addSeveral(node, {x.value}, 2, grid);
        parts_.push_back({halves[0], first, {}});
        parts_.push_back({halves[1], x.width - first, {}});
    }

    std::mt19937 random_;
    int64_t rank_ = 0, dim_ = 0;
    Shape shape_;
    QuantizedGraphBuilder b_;
    std::vector<Part> parts_;
};

TEST(Concatenation, IsRightInRandomNetworks) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomNetwork network(seed);
        const auto executor = makeOneDnnExecutor(network.take()).value();
        for (int run = 0; run < 2; ++run) {
            expectEveryStepMatches(*executor, network.inputs, 0.99);
        }
        const auto profile = executor->profile(network.inputs, 0, 1);
        ASSERT_TRUE(profile) << profile.error().message;
        EXPECT_LE(profile->plan.arenaBytes, 1.2 * static_cast<double>(profile->plan.liveBytes) + 4096);
        if (HasFailure()) {
            return;
        }
    }
}

}  // namespace

}  // namespace qs::test
