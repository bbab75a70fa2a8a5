#include <gmock/gmock.h>

#include "data/formats/csv.h"
#include "dataset_fixture.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ImageListTest : public DatasetTest {
  protected:
    ImageListTest() {
        copyImage("wide.png", "a.png");
        copyImage("tall.png", "sub/b, \"c\".png");
    }
    protocol::DataSpec spec(const std::string& csv, const std::string& labels = "") const {
        return {"imagelist:" + write("list.csv", csv).string(),
                {},
                labels.empty() ? "" : write("names.txt", labels).string()};
    }
    std::string errorOf(const std::string& csv, const std::string& labels = "") const {
        const auto data = openDataset(spec(csv, labels));
        EXPECT_FALSE(data) << "opened";
        return data ? "" : data.error().message;
    }
};

TEST_F(ImageListTest, ReadsNumbersAndQuotedRelativePaths) {
    const auto data =
        openDataset(spec("\xEF\xBB\xBFpath,label\r\na.png,3\r\n\r\n\"sub/b, \"\"c\"\".png\", 1\r\n"));
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->size(), 2);
    EXPECT_THAT((*data)->sampleClasses(), ElementsAre(3, 1));
    EXPECT_THAT((*data)->classes(), ElementsAre());
    const auto batch = (*data)->read(0, 2);
    ASSERT_TRUE(batch) << batch.error().message;
    EXPECT_EQ(batch->size(), 2);
    EXPECT_EQ(batch->labels[0].item<int64_t>(), 3);
    EXPECT_THAT((*data)->skipped(), ElementsAre());
}

TEST_F(ImageListTest, ReadsNamesInAlphabeticalOrderOrThatOfTheLabelsFile) {
    const std::string csv = "a.png,zebra\na.png,ape\n";
    const auto alphabetical = openDataset(spec(csv));
    ASSERT_TRUE(alphabetical) << alphabetical.error().message;
    EXPECT_THAT((*alphabetical)->classes(), ElementsAre("ape", "zebra"));
    EXPECT_THAT((*alphabetical)->sampleClasses(), ElementsAre(1, 0));
    const auto named = openDataset(spec(csv, "zebra\ncow\nape\n"));
    ASSERT_TRUE(named) << named.error().message;
    EXPECT_THAT((*named)->sampleClasses(), ElementsAre(0, 2));
    EXPECT_THAT(errorOf(csv, "zebra\n"), HasSubstr("line 2: class 'ape' is not in the labels file"));
}

TEST_F(ImageListTest, ColumnsMayStandAnywhereBelowAHeader) {
    const auto data = openDataset(spec("split,Label,File\ntest,1,a.png\n"));
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_THAT((*data)->sampleClasses(), ElementsAre(1));
}

TEST_F(ImageListTest, ALabelIsNotNeeded) {
    const auto data = openDataset(spec("a.png\na.png"));
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_FALSE((*data)->labelled());
    EXPECT_FALSE((*data)->read(0, 2)->labels.defined());
}

TEST_F(ImageListTest, SkipsWhatIsMissing) {
    const auto data = openDataset(spec("gone.png,0\na.png,1\n"));
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->read(0, 2)->labels[0].item<int64_t>(), 1);
    ASSERT_EQ((*data)->skipped().size(), 1U);
    EXPECT_THAT((*data)->skipped()[0], HasSubstr("gone.png: cannot read"));
}

TEST_F(ImageListTest, SaysWhatIsWrong) {
    EXPECT_EQ(openError("imagelist:").kind, ErrorKind::Usage);
    EXPECT_THAT(openError("imagelist:" + (folder_ / "no.csv").string()).message, HasSubstr("no.csv"));
    EXPECT_THAT(errorOf(""), HasSubstr("lists no images"));
    EXPECT_THAT(errorOf("path,label\n"), HasSubstr("no images below its header"));
    EXPECT_THAT(errorOf("x.png,0\ny.png,1\n"), HasSubstr("none of the 2 images of"));
    EXPECT_THAT(errorOf("a.png,0\na.png\n"), HasSubstr("line 2: no label"));
    EXPECT_THAT(errorOf(",0\n"), HasSubstr("line 1: no path"));
    EXPECT_THAT(errorOf("a.png,-1\n"), HasSubstr("line 1: label -1 is outside"));
    EXPECT_THAT(errorOf("a.png,0\na.png,2\n", "cat\ndog\n"),
                HasSubstr("line 2: label 2 is outside the 2 classes"));
    EXPECT_THAT(errorOf("a.png,0\n\"a.png,0\n"), HasSubstr("line 2: a quoted field is not closed"));
    EXPECT_THAT(errorOf("\"a.png\" x,0\n"), HasSubstr("text behind a quoted field"));
}

TEST(CsvTest, CountsLinesInsideQuotes) {
    const auto rows = parseCsv("\"a\nb\",1\nc,2");
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[1].line, 3);
    EXPECT_THAT((*rows)[0].fields, ElementsAre("a\nb", "1"));
}

}  // namespace
}  // namespace qs
