#include "workbench/model_inputs.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "workbench/model_data.h"
#include "workbench/random_data.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Graph graphTaking(const std::vector<SampleInput>& inputs) {
    Graph graph;
    for (const auto& input : inputs) {
        const ValueId id = graph.addInput(input.name);
        graph.value(id).shape = input.shape;
        graph.value(id).shape.insert(graph.value(id).shape.begin(), 1);
        graph.value(id).dtype = input.dtype;
    }
    return graph;
}

std::shared_ptr<const Dataset> noise(std::vector<SampleInput> inputs) {
    return makeRandomData(std::move(inputs), 10, 1);
}

std::string mapError(const std::vector<SampleInput>& model, std::vector<SampleInput> data) {
    const auto map = mapInputs(graphTaking(model), *noise(std::move(data)));
    EXPECT_FALSE(map);
    return map ? "" : map.error().message;
}

TEST(WantedInputs, TheDataGivesThemUnlessTheyAreGiven) {
    const auto data = noise({{"ids", {7}, at::kLong}, {"image", {3, 8, 8}}});
    const auto plain = wantedInputs({}, data.get());
    ASSERT_TRUE(plain);
    EXPECT_EQ((*plain)[0].name, "ids");
    EXPECT_EQ((*plain)[0].shape, (Shape{1, 7}));
    EXPECT_EQ((*plain)[0].dtype, at::kLong);
    const auto byName = wantedInputs({{"image", "", {2, 3, 9, 9}}}, data.get());
    EXPECT_EQ((*byName)[0].shape, (Shape{1, 7}));
    EXPECT_EQ((*byName)[1].shape, (Shape{2, 3, 9, 9}));
    const auto inOrder = wantedInputs({{"", "", {1, 9}}}, data.get());
    EXPECT_EQ((*inOrder)[0].shape, (Shape{1, 9}));
    EXPECT_EQ((*inOrder)[0].dtype, at::kLong);
}

TEST(WantedInputs, ASingleInputOfTheDataTakesAnyName) {
    const auto data = noise({{"arr", {3, 8, 8}}});
    EXPECT_EQ(wantedInputs({}, data.get())->at(0).name, "");
    const auto given = wantedInputs({{"image", "", {1, 3, 9, 9}}}, data.get());
    ASSERT_EQ(given->size(), 1U);
    EXPECT_EQ(given->at(0).name, "image");
}

TEST(WantedInputs, RefusesTypesAndExtentsThatThereAreNot) {
    const auto type = wantedInputs({{"x", "float", {1, 2}}}, nullptr);
    ASSERT_FALSE(type);
    EXPECT_EQ(type.error().kind, ErrorKind::Usage);
    EXPECT_THAT(type.error().message, HasSubstr("expected one of Float"));
    EXPECT_FALSE(wantedInputs({{"x", "", {1, -1}}}, nullptr));
}

TEST(MapInputs, ByNameElseByPosition) {
    const std::vector<SampleInput> model = {{"a", {2}}, {"b", {3}}};
    const auto byName = mapInputs(graphTaking(model), *noise({{"b", {3}}, {"a", {2}}}));
    ASSERT_TRUE(byName) << byName.error().message;
    EXPECT_THAT(byName->source, ElementsAre(1, 0));
    const auto inOrder = mapInputs(graphTaking(model), *noise({{"", {2}}, {"", {3}}}));
    ASSERT_TRUE(inOrder);
    EXPECT_THAT(inOrder->source, ElementsAre(0, 1));
    EXPECT_TRUE(mapInputs(graphTaking({{"a", {2}}}), *noise({{"z", {2}}}))) << "one can only be the other";
}

TEST(MapInputs, SaysWhatDoesNotFit) {
    EXPECT_THAT(mapError({{"a", {2}}, {"b", {3}}}, {{"x", {2}}}),
                HasSubstr("the model takes 2 inputs (a, b), the data gives 1 (x)"));
    EXPECT_THAT(mapError({{"a", {2}}, {"b", {3}}}, {{"a", {2}}, {"c", {3}}}),
                HasSubstr("the data has no input b: it has a, c"));
    EXPECT_THAT(
        mapError({{"a", {3, 8, 8}}}, {{"", {3, 9, 9}}}),
        HasSubstr("the data gives 3 x 9 x 9 for input a, which the model was opened to take as 3 x 8 x 8"));
    EXPECT_THAT(mapError({{"ids", {4}, at::kLong}}, {{"", {4}}}),
                HasSubstr("input ids takes integers (Long), the data holds Float"));
}

TEST(MapInputs, BytesFitModelsOfBytesAndOfFloats) {
    const auto data = noise({{"", {2, 2}, at::kByte}});
    for (const at::ScalarType type : {at::kByte, at::kFloat, at::kLong}) {
        const auto map = mapInputs(graphTaking({{"x", {2, 2}, type}}), *data);
        ASSERT_TRUE(map) << map.error().message;
        EXPECT_EQ(ModelData(data, {0}, *map).read(0, 1)->inputs.at(0).scalar_type(), type);
    }
    const auto wanted = wantedInputs({}, data.get());
    ASSERT_TRUE(wanted) << wanted.error().message;
    EXPECT_FALSE(wanted->at(0).dtype) << "the model says whether it takes pixels as bytes or as floats";
}

TEST(MapInputs, AnInputWithoutNIsRefused) {
    Graph graph;
    graph.addInput("temperature");
    const auto inputs = sampleInputsOf(graph);
    ASSERT_FALSE(inputs);
    EXPECT_THAT(inputs.error().message, HasSubstr("input temperature is a scalar"));
}

TEST(ModelData, GivesTheChosenSamplesInTheModelsOrderAndTypes) {
    const auto data = noise({{"b", {3}, at::kInt}, {"a", {2}}});
    const auto map = mapInputs(graphTaking({{"a", {2}}, {"b", {3}, at::kLong}}), *data);
    ASSERT_TRUE(map) << map.error().message;
    const ModelData chosen(data, {7, 2, 5}, *map);
    EXPECT_EQ(chosen.size(), 3);
    const auto batch = chosen.read(0, 2);
    ASSERT_TRUE(batch);
    ASSERT_EQ(batch->inputs.size(), 2U);
    EXPECT_EQ(batch->inputs[1].scalar_type(), at::kLong);
    const std::vector<int64_t> originals = {7, 2};
    EXPECT_TRUE(batch->inputs[0].equal(data->readSamples(originals)->inputs[1]));
}

TEST(ModelData, PadsEveryBatchForANetworkOfOneBatchSize) {
    const auto data = noise({{"a", {2}}});
    const auto map = mapInputs(graphTaking({{"a", {2}}}), *data);
    const ModelData padded(data, {1, 2, 3, 4, 5, 6}, *map, 4);
    const auto last = padded.read(4, 8);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->size(), 4);
    EXPECT_TRUE(last->inputs[0][0].equal(last->inputs[0][2]));
    EXPECT_FALSE(last->inputs[0][0].equal(last->inputs[0][1]));
}

}  // namespace
}  // namespace qs
