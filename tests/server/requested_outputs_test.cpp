#include "server/requested_outputs.h"

#include <gmock/gmock.h>

#include "protocol/framing.h"
#include "protocol/json.h"
#include "protocol/rpc.h"

namespace qs {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string frame(const std::string& method, const nlohmann::json& params) {
    return protocol::encodeFrame(toJson(protocol::Request{1, method, params}));
}

std::string exportRequest(const std::string& path, const std::string& target, bool replace) {
    protocol::ExportParams params;
    params.variant.model = "m.pt";
    params.path = path;
    params.target = target;
    params.replace = replace;
    return frame("variant.export", params);
}

TEST(RequestedOutputs, AreTheFilesOfExportsAndTrainings) {
    RequestedOutputs requested;
    const auto file = requested(exportRequest("/a/b.onnx", "", true));
    ASSERT_THAT(file, SizeIs(1));
    EXPECT_EQ(file[0].path, "/a/b.onnx");
    EXPECT_TRUE(file[0].replace);
    EXPECT_THAT(file[0].companions, testing::ElementsAre("/a/b.onnx.data"));
    const auto folder = requested(exportRequest("/a/app", "android", false));
    ASSERT_THAT(folder, SizeIs(1));
    EXPECT_TRUE(folder[0].isFolder);
    EXPECT_FALSE(folder[0].replace);
    protocol::TrainParams training;
    training.weights_path = "/a/w.qsw";
    const auto weights = requested(frame("variant.train", training));
    ASSERT_THAT(weights, SizeIs(1));
    EXPECT_EQ(weights[0].path, "/a/w.qsw");
    EXPECT_FALSE(weights[0].replace);
}

TEST(RequestedOutputs, OtherRequestsAndWhatIsNoneAskForNothing) {
    RequestedOutputs requested;
    EXPECT_THAT(requested(frame("model.open", {{"model", "m.pt"}, {"path", "/a/b.onnx"}})), IsEmpty());
    EXPECT_THAT(requested(frame("variant.export", {{"path", 3}})), IsEmpty());
    EXPECT_THAT(requested(exportRequest("/a/b.tflite", "", false)), IsEmpty());
    EXPECT_THAT(requested(protocol::encodeFrame("no request")), IsEmpty());
    EXPECT_THAT(requested("Content-Length: 5\r\n\r\nxxxxx"), IsEmpty());
    EXPECT_THAT(requested(exportRequest("/a/b.pt", "", false)), SizeIs(1));
}

TEST(RequestedOutputs, ComeWithTheLastByteOfTheirRequest) {
    RequestedOutputs requested;
    const std::string bytes = exportRequest("/a/b.pt", "", false);
    for (size_t i = 0; i + 1 < bytes.size(); ++i) {
        EXPECT_THAT(requested(std::string_view(bytes).substr(i, 1)), IsEmpty());
    }
    EXPECT_THAT(requested(bytes.substr(bytes.size() - 1) + bytes), SizeIs(2));
}

}  // namespace
}  // namespace qs
