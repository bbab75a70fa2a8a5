#include "comparison/exported_file.h"
#include "comparison/onnxruntime_runner.h"

namespace qs {

namespace {

Result<std::unique_ptr<Runner>> makeOnnxRuntime(const ComparisonSubject& subject, const QuantizedGraph& graph,
                                                const std::string& name) {
    QS_ASSIGN(const auto file, exportFile(subject, graph, name));
    return makeOnnxRuntimeRunner(file, subject.inputs, subject.threads, subject.folder);
}

}  // namespace

void register_onnxruntime(Registry<Contestant>& registry) {
    registry.add("onnxruntime-fp32", {"ONNX Runtime on our ONNX export of the FP32 network",
                                      [](const ComparisonSubject& subject) {
                                          return makeOnnxRuntime(subject, subject.real, "float.onnx");
                                      }});
    registry.add("onnxruntime-int8", {"ONNX Runtime on our QDQ export", [](const ComparisonSubject& subject) {
                                          return makeOnnxRuntime(subject, subject.integer, "integer.onnx");
                                      }});
}

}  // namespace qs
