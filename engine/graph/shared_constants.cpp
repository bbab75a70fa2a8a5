#include "graph/shared_constants.h"

#include <cstring>
#include <map>
#include <utility>
#include <vector>

namespace qs {

namespace {

bool isEqual(const at::Tensor& a, const at::Tensor& b) {
    return a.data_ptr() == b.data_ptr() || std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

class Pool {
  public:
    /// Makes `tensor` the first one that was equal to it.
    void share(at::Tensor& tensor) {
        if (tensor.numel() == 0 || !tensor.is_contiguous()) {
            return;
        }
        std::vector<at::Tensor>& alike = tensors_[{tensor.scalar_type(), tensor.sizes().vec()}];
        for (const at::Tensor& known : alike) {
            if (isEqual(known, tensor)) {
                tensor = known;
                return;
            }
        }
        alike.push_back(tensor);
    }

  private:
    std::map<std::pair<at::ScalarType, Shape>, std::vector<at::Tensor>> tensors_;
};

}  // namespace

void shareConstants(QuantizedGraph& graph) {
    Pool pool;
    for (QNode& node : graph.nodes) {
        for (std::optional<at::Tensor>* tensor : {&node.weight, &node.weightInt, &node.bias}) {
            if (*tensor) {
                pool.share(**tensor);
            }
        }
        for (at::Tensor& constant : node.constants) {
            pool.share(constant);
        }
    }
}

}  // namespace qs
