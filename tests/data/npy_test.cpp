#include <gmock/gmock.h>

#include "array_bytes.h"
#include "data/formats/npy_file.h"
#include "dataset_fixture.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NpyTest : public DatasetTest {
  protected:
    Error errorWith(const std::string& file) const {
        return openError("npy:" + write("x.npy", file).string());
    }
};

TEST_F(NpyTest, ReadsTensorsAndLabels) {
    const auto x = write("x.npy", npy(dictionary("<f4", "(3, 1, 2)"), bytesOf<float>({1, 2, 3, 4, 5, 6})));
    const auto y = write("y.npy", npy(dictionary("<i8", "(3,)"), bytesOf<int64_t>({7, 8, 9}), 2));
    const auto data = openDataset("npy:" + x.string() + "," + y.string(), {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->size(), 3);
    EXPECT_TRUE((*data)->labelled());
    EXPECT_THAT((*data)->sampleInputs().at(0).shape, ElementsAre(1, 2));
    const auto batch = (*data)->read(1, 10);
    ASSERT_TRUE(batch);
    EXPECT_THAT(batch->inputs[0].sizes().vec(), ElementsAre(2, 1, 2));
    EXPECT_EQ(batch->inputs[0][1][0][1].item<float>(), 6);
    EXPECT_EQ(batch->labels[0].item<int64_t>(), 8);
}

TEST_F(NpyTest, ConvertsOtherTypes) {
    const auto first = [&](const std::string& descr, const std::string& value) {
        const auto path = write("x.npy", npy(dictionary(descr, "(1, 1)"), value, 3));
        const auto data = openDataset("npy:" + path.string(), {});
        return data ? (*data)->read(0, 1)->inputs[0].item<float>() : -1.0F;
    };
    EXPECT_EQ(first("<f8", bytesOf<double>({0.5})), 0.5F);
    EXPECT_EQ(first("<f2", bytesOf<uint16_t>({0xC100})), -2.5F);
}

TEST_F(NpyTest, KeepsBytes) {
    const auto path = write("x.npy", npy(dictionary("|u1", "(2, 2)"), std::string("\x01\xc8\x00\xff", 4)));
    const auto data = openDataset("npy:" + path.string(), {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->sampleInputs().at(0).dtype, at::kByte);
    const auto batch = (*data)->read(0, 2);
    ASSERT_TRUE(batch) << batch.error().message;
    const at::Tensor x = batch->inputs[0];
    EXPECT_EQ(x.scalar_type(), at::kByte);
    EXPECT_THAT(std::vector<int>(x.data_ptr<uint8_t>(), x.data_ptr<uint8_t>() + 4),
                ElementsAre(1, 200, 0, 255));
}

TEST_F(NpyTest, KeepsIntegersAsIndices) {
    for (const auto& [descr, bytes] :
         {std::pair("<i8", bytesOf<int64_t>({-7, 1LL << 40})), std::pair("<i4", bytesOf<int32_t>({-7, 9}))}) {
        const auto path = write("x.npy", npy(dictionary(descr, "(1, 2)"), bytes));
        const auto data = openDataset("npy:" + path.string(), {});
        ASSERT_TRUE(data) << data.error().message;
        EXPECT_EQ((*data)->sampleInputs().at(0).dtype, at::kLong);
        const at::Tensor values = (*data)->read(0, 1)->inputs[0];
        EXPECT_EQ(values.scalar_type(), at::kLong);
        EXPECT_EQ(values[0][0].item<int64_t>(), -7);
        EXPECT_EQ(describe(**data, "x").inputs.at(0).dtype, "Long");
    }
}

TEST_F(NpyTest, ReadsSeveralNamedInputs) {
    const auto a = write("a.npy", npy(dictionary("<f4", "(2, 2)"), bytesOf<float>({1, 2, 3, 4}))).string();
    const auto b = write("b.npy", npy(dictionary("<i8", "(2,)"), bytesOf<int64_t>({5, 6}))).string();
    const auto l = write("l.npy", npy(dictionary("<i4", "(2, 3)"), bytesOf<int32_t>({1, 2, -1, 3, -1, -1})));
    const auto data = openDataset("npy:tokens=" + a + ",length=" + b + ",labels=" + l.string(), {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->sampleInputs().at(0).name, "tokens");
    EXPECT_EQ((*data)->sampleInputs().at(1).name, "length");
    EXPECT_THAT((*data)->sampleInputs().at(1).shape, ElementsAre());
    EXPECT_THAT((*data)->labelShape(), ElementsAre(3));
    const std::vector<int64_t> indices = {1, 0, 1};
    const auto batch = (*data)->readSamples(indices);
    ASSERT_TRUE(batch) << batch.error().message;
    ASSERT_EQ(batch->inputs.size(), 2U);
    EXPECT_EQ(batch->inputs[0][0][1].item<float>(), 4);
    EXPECT_EQ(batch->inputs[1][1].item<int64_t>(), 5);
    EXPECT_EQ(batch->labels[0][0].item<int64_t>(), 3);
    EXPECT_EQ(batch->labels[2][2].item<int64_t>(), -1);
    EXPECT_EQ(openError("npy:a=" + a + "," + b).kind, ErrorKind::Usage);
    EXPECT_EQ(openError("npy:" + a + "," + b + "," + a).kind, ErrorKind::Usage);
    EXPECT_THAT(openError("npy:labels=" + b).message, HasSubstr("no samples, only labels"));
    const auto c = write("c.npy", npy(dictionary("<f4", "(1, 2)"), bytesOf<float>({1, 2}))).string();
    EXPECT_THAT(openError("npy:a=" + a + ",c=" + c).message, HasSubstr("c.npy holds 1 samples"));
}

TEST_F(NpyTest, TakesNamesAndChecksLabelsAgainstThem) {
    const auto x = write("x.npy", npy(dictionary("<f4", "(2, 1)"), bytesOf<float>({1, 2}))).string();
    const auto y = write("y.npy", npy(dictionary("|u1", "(2,)"), std::string{0, 2})).string();
    protocol::DataSpec spec{"npy:" + x + "," + y, {}, write("names.txt", "cat\ndog\nowl\n").string()};
    const auto data = openDataset(spec);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_THAT((*data)->classes(), ElementsAre("cat", "dog", "owl"));
    EXPECT_THAT((*data)->sampleClasses(), ElementsAre(0, 2));
    write("names.txt", "cat\ndog\n");
    const auto tooFew = openDataset(spec);
    ASSERT_FALSE(tooFew);
    EXPECT_THAT(tooFew.error().message, HasSubstr("sample 1 has label 2, outside 0..1"));
}

TEST_F(NpyTest, SaysThatAFileShrankWhileOpen) {
    const auto x = write("x.npy", npy(dictionary("<f4", "(2, 1)"), bytesOf<float>({1, 2})));
    const auto data = openDataset("npy:" + x.string(), {});
    ASSERT_TRUE(data);
    std::filesystem::resize_file(x, 60);
    const auto batch = (*data)->read(0, 2);
    ASSERT_FALSE(batch);
    EXPECT_THAT(batch.error().message, HasSubstr("became shorter"));
}

TEST_F(NpyTest, SaysWhatIsWrong) {
    const std::string four = bytesOf<float>({1, 2, 3, 4});
    EXPECT_THAT(openError("npy:" + (folder_ / "missing.npy").string()).message, HasSubstr("cannot read"));
    EXPECT_EQ(openError("npy:").kind, ErrorKind::Usage);
    EXPECT_THAT(errorWith("").message, HasSubstr("not an .npy file"));
    EXPECT_THAT(errorWith("PK\3\4 something else").message, HasSubstr("not an .npy file"));
    EXPECT_THAT(errorWith(npy(dictionary("<f4", "(2, 2)"), four).substr(0, 40)).message,
                HasSubstr("truncated"));
    EXPECT_THAT(errorWith(npy(dictionary("<f4", "(2, 2)"), four.substr(1))).message,
                HasSubstr("holds 15 bytes of values where its header promises 16"));
    EXPECT_THAT(errorWith(npy(dictionary("<f4", "(99999999999, 2)"), four)).message, HasSubstr("promises"));
    EXPECT_THAT(errorWith(npy(dictionary("<f4", "(4611686018427387904, 16)"), four)).message,
                HasSubstr("more than any file can"));
    EXPECT_THAT(errorWith(npy(dictionary("<f4", "(0, 4611686018427387904, 16)"), "")).message,
                HasSubstr("damaged"));
    EXPECT_THAT(errorWith(npy(dictionary("<f4", "(0, 2)"), "")).message, HasSubstr("no samples"));
    EXPECT_THAT(errorWith(npy(dictionary("<f4", "(4,)"), four)).message, HasSubstr("one dimension"));
    EXPECT_THAT(errorWith(npy(dictionary("<f4", "()"), four.substr(12))).message, HasSubstr("single number"));
    EXPECT_THAT(errorWith(npy(dictionary(">f4", "(2, 2)"), four)).message,
                HasSubstr("'>f4' are not supported"));
    EXPECT_THAT(errorWith(npy(dictionary("<c8", "(2, 1)"), four)).message, HasSubstr("not supported"));
    EXPECT_THAT(errorWith(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2)}", four)).message,
                HasSubstr("Fortran order"));
}

TEST_F(NpyTest, ChecksLabels) {
    const auto x = write("x.npy", npy(dictionary("<f4", "(2, 1)"), bytesOf<float>({1, 2}))).string();
    const auto errorOf = [&](const std::string& labels) {
        return openError("npy:" + x + "," + write("y.npy", labels).string()).message;
    };
    EXPECT_THAT(errorOf(npy(dictionary("<i8", "(3,)"), bytesOf<int64_t>({0, 1, 2}))),
                HasSubstr("3 labels for 2 samples"));
    EXPECT_THAT(errorOf(npy(dictionary("<i8", "(2,)"), bytesOf<int64_t>({0, -1}))),
                HasSubstr("negative labels"));
    EXPECT_THAT(errorOf(npy(dictionary("<f4", "(2,)"), bytesOf<float>({0, 1}))),
                HasSubstr("uint8, int16, int32 or int64"));
}

TEST_F(NpyTest, ChecksMasksAsTheyAreRead) {
    const auto x = write("x.npy", npy(dictionary("<f4", "(2, 1)"), bytesOf<float>({1, 2}))).string();
    const auto y = write("y.npy", npy(dictionary("<i8", "(2, 1, 1)"), bytesOf<int64_t>({0, -2}))).string();
    const auto data = openDataset("npy:" + x + "," + y, {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_TRUE((*data)->read(0, 1));
    const auto bad = (*data)->read(0, 2);
    ASSERT_FALSE(bad);
    EXPECT_THAT(bad.error().message, HasSubstr("sample 1 has a label below -1"));
}

TEST_F(NpyTest, RefusesPreprocessing) {
    const auto x = write("x.npy", npy(dictionary("<f4", "(1, 1)"), bytesOf<float>({1}))).string();
    protocol::Preprocessing crop;
    crop.crop = 224;
    const Error error = openError("npy:" + x, crop);
    EXPECT_EQ(error.kind, ErrorKind::Usage);
    EXPECT_THAT(error.message, HasSubstr("ready tensors"));
}

TEST(NpyHeaderTest, AcceptsKeysInAnyOrderAndRefusesTheRest) {
    const auto header = parseNpyHeader("{\"shape\": (2, 3), 'descr': '<f4', 'fortran_order': False}");
    ASSERT_TRUE(header);
    EXPECT_THAT(header->shape, ElementsAre(2, 3));
    for (const char* text : {"", "{", "{}", "{'descr'}", "{'descr': '<f4', 'fortran_order': False}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (5)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (-5,)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), 'extra': 1}",
                             "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (5,)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (5,)} trailing",
                             "{'descr': '<f4', 'fortran_order': 0, 'shape': (5,)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
                             "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (5,)}"}) {
        EXPECT_FALSE(parseNpyHeader(text)) << text;
    }
}

TEST(OpenDatasetTest, NamesTheFormatsThereAre) {
    const auto data = openDataset("coco:test", {});
    ASSERT_FALSE(data);
    EXPECT_EQ(data.error().kind, ErrorKind::Usage);
    EXPECT_THAT(
        data.error().message,
        HasSubstr("expected one of cifar10, cifar100, fashion-mnist, idx, imagefolder, imagelist, npy, npz"));
}

}  // namespace
}  // namespace qs
