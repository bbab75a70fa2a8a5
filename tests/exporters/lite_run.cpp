#include "exporters/lite_run.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/mobile/import.h>
#include <torch/csrc/jit/mobile/module.h>

#include <sstream>

namespace qs::test {

at::Tensor runLite(const std::string& bytes, const at::Tensor& input) {
    const at::QEngine before = at::globalContext().qEngine();
    at::globalContext().setQEngine(at::QEngine::QNNPACK);
    const at::NoGradGuard noGrad;
    std::istringstream stream(bytes);
    torch::jit::mobile::Module module = torch::jit::_load_for_mobile(stream);
    const at::Tensor output = module.forward({input}).toTensor().to(at::kFloat).contiguous();
    at::globalContext().setQEngine(before);
    return output;
}

}  // namespace qs::test
