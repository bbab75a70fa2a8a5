#include "exporters/lite_run.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/mobile/import.h>
#include <torch/csrc/jit/mobile/module.h>

#include <sstream>

#include "ops/quantized_engine.h"

namespace qs::test {

std::vector<at::Tensor> runLiteOutputs(const std::string& bytes, const at::Tensor& input) {
    const QuantizedEngine engine(at::QEngine::QNNPACK);
    const at::NoGradGuard noGrad;
    std::istringstream stream(bytes);
    torch::jit::mobile::Module module = torch::jit::_load_for_mobile(stream);
    const c10::IValue result = module.forward({input});
    std::vector<at::Tensor> outputs;
    for (const c10::IValue& item :
         result.isTuple() ? result.toTuple()->elements().vec() : std::vector<c10::IValue>{result}) {
        outputs.push_back(item.toTensor().to(at::kFloat).contiguous());
    }
    return outputs;
}

at::Tensor runLite(const std::string& bytes, const at::Tensor& input) {
    return runLiteOutputs(bytes, input).at(0);
}

}  // namespace qs::test
