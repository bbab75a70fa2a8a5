#include "data/class_names.h"

#include <gmock/gmock.h>

#include "dataset_fixture.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ClassNamesTest : public DatasetTest {
  protected:
    std::vector<std::string> namesIn(const std::string& text) const {
        const auto names = readClassNames(write("names", text));
        EXPECT_TRUE(names) << names.error().message;
        return names ? *names : std::vector<std::string>();
    }
    std::string errorIn(const std::string& text) const {
        const auto names = readClassNames(write("names", text));
        return names ? "read" : names.error().message;
    }
};

TEST_F(ClassNamesTest, ReadsLinesListsAndObjects) {
    EXPECT_THAT(namesIn("cat\r\nbig dog \n\n"), ElementsAre("cat", "big dog"));
    EXPECT_THAT(namesIn(R"( ["cat", "dog"])"), ElementsAre("cat", "dog"));
    EXPECT_THAT(namesIn(R"({"10": "k", "0": "a", "1": "b", "2": "c", "3": "d", "4": "e", "5": "f", "6": "g",
                            "7": "h", "8": "i", "9": "j"})"),
                testing::AllOf(testing::SizeIs(11), testing::Contains("k")));
    EXPECT_THAT(namesIn(R"({"1": ["n2", "dog"], "0": ["n1", "cat"]})"), ElementsAre("cat", "dog"));
    EXPECT_THAT(namesIn(R"({"dog": 1, "cat": 0})"), ElementsAre("cat", "dog"));
}

TEST_F(ClassNamesTest, SaysWhatIsWrong) {
    EXPECT_THAT(readClassNames(folder_ / "missing").error().message, HasSubstr("missing"));
    EXPECT_THAT(errorIn("\n\n"), HasSubstr("holds no names"));
    EXPECT_THAT(errorIn(std::string("a\0b", 3)), HasSubstr("not a text file"));
    EXPECT_THAT(errorIn("[\"a\","), HasSubstr("not valid JSON"));
    EXPECT_THAT(errorIn("[1]"), HasSubstr("entry 0 is not a name"));
    EXPECT_THAT(errorIn(R"({"0": "a", "2": "c"})"), HasSubstr("no name for class 1"));
    EXPECT_THAT(errorIn(R"({"a": 0, "b": 0})"), HasSubstr("names class 0 twice"));
    EXPECT_THAT(errorIn(R"({"x": "a"})"), HasSubstr("'x' does not give a class its name"));
    EXPECT_THAT(errorIn(R"({"-1": "a"})"), HasSubstr("'-1'"));
}

TEST_F(ClassNamesTest, AFolderMustHaveAsManyClasses) {
    copyImage("wide.png", "images/n01/a.png");
    copyImage("tall.png", "images/n02/b.png");
    protocol::DataSpec spec{
        "imagefolder:" + (folder_ / "images").string(), {}, write("names", "cat\ndog\n").string()};
    const auto data = openDataset(spec);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_THAT((*data)->classes(), ElementsAre("cat", "dog"));
    write("names", "cat\ndog\nowl\n");
    const auto wrong = openDataset(spec);
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, HasSubstr("the labels file has 3 names"));
    EXPECT_THAT(wrong.error().message, HasSubstr("has 2 classes"));
}

}  // namespace
}  // namespace qs
