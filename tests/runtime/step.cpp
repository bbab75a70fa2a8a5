#include "runtime/step.h"

#include <gtest/gtest.h>
#include <omp.h>

#include "runtime/agreement.h"
#include "runtime/cpu.h"

namespace qs::test {

const std::vector<QParams>& inputTypes() {
    static const std::vector<QParams> types{
        activation(DType::UInt8, 0.03, 0), activation(DType::UInt8, 0.03, 121),
        activation(DType::Int8, 0.03, 0), activation(DType::Int8, 0.03, -77),
        reduced(activation(DType::UInt8, 0.06, 60))};
    return types;
}

Step::Step(const QNode& node, const std::vector<Shape>& shapes, const std::vector<QParams>& qparams,
           const QParams& y, unsigned seed)
    : qparams_(qparams) {
    std::mt19937 random(seed);
    QuantizedGraphBuilder builder;
    std::vector<ValueId> inputs;
    for (size_t i = 0; i < shapes.size(); ++i) {
        inputs.push_back(builder.quantize(builder.input(shapes[i]), qparams[i]));
        integers.push_back(randomIntegers(shapes[i], random, qparams[i]));
        floats.push_back(randomFloats(shapes[i], random, -2, 2));
    }
    builder.output(builder.dequantize(builder.add(node, inputs, y)));
    executor = std::move(makeOneDnnExecutor(builder.take())).value();
}

void Step::fillWithEnd(size_t input, bool high) {
    integers.at(input).fill_(high ? qparams_.at(input).quantMax : qparams_.at(input).quantMin);
}

std::string Step::implementation() {
    return implementationOf(*executor, integers.size(), floats);
}

void Step::expectMatches(double exact) {
    const int before = omp_get_max_threads();
    for (const int threads : {1, 2}) {
        SCOPED_TRACE(std::to_string(threads) + " threads");
        omp_set_num_threads(threads);
        Agreement total;
        expectMatchesReference(*executor, integers.size(), integers, &total);
        EXPECT_GE(total.exactShare(), exact);
    }
    omp_set_num_threads(before);
}

void Step::expectMatches(const std::string& wanted, double exact) {
    expectMatches(exact);
    EXPECT_EQ(implementation(), wanted);
}

std::string testFloat(QNode node, const std::vector<Shape>& shapes, unsigned seed) {
    SCOPED_TRACE(node.op + " seed " + std::to_string(seed));
    std::mt19937 random(seed);
    QuantizedGraphBuilder builder;
    std::vector<ValueId> ids;
    std::vector<at::Tensor> inputs;
    for (const Shape& shape : shapes) {
        ids.push_back(builder.input(shape));
        inputs.push_back(randomFloats(shape, random, -2, 2));
    }
    builder.output(builder.add(std::move(node), ids));
    auto executor = std::move(makeOneDnnExecutor(builder.take())).value();
    expectMatchesReference(*executor, 0, inputs);
    return implementationOf(*executor, 0, inputs);
}

bool isFast(const std::string& implementation) {
    const bool saturates = implementation.find("without VNNI") != std::string::npos;
    return implementation.find("reference") == std::string::npos || (saturates && !cpuHasVnni());
}

}  // namespace qs::test
