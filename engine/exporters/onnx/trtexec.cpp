#include "exporters/onnx/trtexec.h"

#include <algorithm>
#include <filesystem>

namespace qs {

namespace {

constexpr int64_t kLargestBatch = 32;

std::string shellWord(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

/// "x:1x3x224x224,ids:1x128": free extents, of which the batch is one, as `batch` and as the network was
/// opened.
std::string shapes(const ExportSource& source, int64_t batch) {
    std::string text;
    for (size_t i = 0; i < source.graph.inputs.size(); ++i) {
        const Shape& shape = source.graph.value(source.graph.inputs[i]).shape;
        text += (i > 0 ? "," : "") + source.graph.inputNames.at(i) + ":";
        for (size_t axis = 0; axis < shape.size(); ++axis) {
            text += (axis > 0 ? "x" : "") + std::to_string(axis == 0 ? batch : shape[axis]);
        }
    }
    return text;
}

}  // namespace

std::vector<std::string> trtexecCommands(const ExportSource& source, const std::string& fileName,
                                         const std::string& cache) {
    const std::string engine = std::filesystem::path(fileName).replace_extension(".engine").string();
    const std::string common = " --saveEngine=" + shellWord(engine) +
                               " --minShapes=" + shellWord(shapes(source, 1)) +
                               " --optShapes=" + shellWord(shapes(source, 1)) +
                               " --maxShapes=" + shellWord(shapes(source, kLargestBatch));
    std::vector<std::string> commands{"trtexec --onnx=" + shellWord(fileName) +
                                      (cache.empty() ? "" : " --int8") + common};
    if (!cache.empty()) {
        commands.push_back("trtexec --onnx=FLOAT.onnx --int8 --calib=" + shellWord(cache) + common);
    }
    return commands;
}

}  // namespace qs
